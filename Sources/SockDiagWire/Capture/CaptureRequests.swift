/// The requests of a capture, which determine the protocols of the replies.
///
/// A reply has the port id and the sequence number of its request. But the port id in a request is usually 0, because
/// the kernel knows the sender without it, and sequence numbers are not unique: `ss` uses the same one for all its
/// requests. So a dump is assigned to the latest matching request when its first reply comes, and keeps it until its
/// end, whatever requests follow.
struct CaptureRequests: Sendable {
  struct Key: Hashable, Sendable {
    var portID: UInt32
    var sequence: UInt32
  }

  /// A limit for the memory that a hostile file can use. A real capture has only a few at a time.
  private static let limit = 1 << 16

  private var requests: [Key: TransportProtocol] = [:]
  private var dumps: [Key: TransportProtocol] = [:]
  private var latest: (key: Key, protocol: TransportProtocol)?

  /// The dumps that have replies so far, but no end.
  var unfinishedDumps: Int { dumps.count }

  mutating func insert(_ request: InetRequest, _ header: NetlinkHeader) {
    if requests.count >= Self.limit { requests.removeAll() }
    requests[Key(portID: header.portID, sequence: header.sequence)] = request.protocol
  }

  /// The protocol of the request to which a message replies; `nil` if that request was not captured.
  func `protocol`(of header: NetlinkHeader) -> TransportProtocol? {
    let key = Key(portID: header.portID, sequence: header.sequence)
    return dumps[key] ?? requests[key] ?? requests[Key(portID: 0, sequence: header.sequence)]
  }

  /// The protocol of a socket's record. The record is the first or a later one of a dump, or a single reply.
  mutating func `protocol`(ofRecord header: NetlinkHeader, default: TransportProtocol) -> TransportProtocol {
    let key = Key(portID: header.portID, sequence: header.sequence)
    if let latest, latest.key == key { return latest.protocol }
    let found = self.protocol(of: header) ?? `default`
    if header.flags.contains(.multipart) {
      if dumps.count >= Self.limit { dumps.removeAll() }
      dumps[key] = found
      latest = (key, found)
    }
    return found
  }

  /// Forgets a dump that has ended.
  mutating func finish(_ header: NetlinkHeader) {
    dumps[Key(portID: header.portID, sequence: header.sequence)] = nil
    latest = nil
  }
}
