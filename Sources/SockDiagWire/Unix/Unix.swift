/// UNIX domain sockets, by which the programs of one host talk to each other.
///
/// Kernel: `AF_UNIX`; net/unix/diag.c, since 3.3.
public enum Unix: SocketFamily {
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
    requestWords: UnixSocketRequest.Layout.words, recordWords: UnixSocket.Layout.words,
    recordByteCount: UnixSocket.Layout.byteCount,
    wordAttributes: Set(
      [.file, .peer, .waitingClients, .queues, .memory, .uid].map { (type: UnixSocket.Attribute) in type.rawValue }),
    longAttributes: [])
}
