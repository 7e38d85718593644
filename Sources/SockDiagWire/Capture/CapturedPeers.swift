/// The names of the UNIX sockets in each dump of a capture, for the peers in records of the same dump.
///
/// A name in one dump says nothing about another: the socket may be gone, and its inode in use again.
struct CapturedPeers: Sendable {
  /// A conversation of a program with the kernel.
  private struct Conversation: Hashable {
    var portID: UInt32
    var sequence: UInt32

    init(_ header: NetlinkHeader) { (portID, sequence) = (header.portID, header.sequence) }
  }

  private struct Dump: Hashable {
    var conversation: Conversation
    /// The number of dumps before it. `ss` makes all of its requests with one sequence number.
    var number: Int
  }

  private var names: [Dump: UnixPeerNames] = [:]
  private var endedDumps: [Conversation: Int] = [:]

  private func dump(_ header: NetlinkHeader) -> Dump {
    let conversation = Conversation(header)
    return Dump(conversation: conversation, number: endedDumps[conversation] ?? 0)
  }

  /// Remembers the name in a record.
  mutating func learn(from socket: UnixSocket, _ header: NetlinkHeader) {
    names[dump(header), default: UnixPeerNames()].learn(from: socket)
  }

  /// Adds the name of the peer to a record, if the same dump has it.
  func complete(_ socket: inout UnixSocket, _ header: NetlinkHeader) {
    names[dump(header)]?.complete(&socket)
  }

  /// Takes the end of a dump. The next records with the same numbers belong to another.
  mutating func endDump(_ header: NetlinkHeader) {
    if names.isEmpty { return }
    endedDumps[Conversation(header), default: 0] += 1
  }

  /// Begins with the first dump again.
  mutating func rewind() { endedDumps = [:] }
}
