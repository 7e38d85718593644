/// UNIX domain sockets, by which the programs of one host talk to each other.
///
/// Kernel: `AF_UNIX`; net/unix/diag.c, since 3.3.
public enum Unix: SocketFamily {
  /// The names of peers.
  public typealias Companions = UnixPeerNames

  /// An empty record.
  public static var emptySocket: UnixSocket { UnixSocket() }

  /// Decodes a record.
  public static func decode(
    _ payload: Range<Int>, in bytes: Span<UInt8>, answering request: UnixSocketRequest, into socket: inout UnixSocket
  ) throws(WireError) -> WireError? {
    try socket.decode(payload, in: bytes)
  }

  /// Which numbers of a record are in the byte order of its host. A name is bytes, and `shutdown` is one byte.
  static let layout = RecordLayout(
    request: [.bytes(4), .u32, .u32, .u32, .u32, .u32], record: [.bytes(4), .u32, .u32, .u32],
    attributes: [
      UnixSocket.Attribute.file.rawValue: .structures([.u32]), UnixSocket.Attribute.peer.rawValue: .structures([.u32]),
      UnixSocket.Attribute.waitingClients.rawValue: .structures([.u32]),
      UnixSocket.Attribute.queues.rawValue: .structures([.u32]),
      UnixSocket.Attribute.memory.rawValue: .structures([.u32]), UnixSocket.Attribute.uid.rawValue: .structures([.u32]),
    ])
}
