/// SMC sockets: TCP connections whose data may go through shared memory of an RDMA or ISM device instead.
///
/// Each has a TCP socket below it, which carries the handshake and, if the two sides cannot share memory, the data too. It
/// has the same addresses and ports and stands among the TCP sockets, without an inode.
///
/// Kernel: `AF_SMC`; net/smc/smc_diag.c, since 4.11.
public enum SMC: SocketFamily {
  /// An empty record.
  public static var emptySocket: SMCSocket { SMCSocket() }

  /// Decodes a record.
  public static func decode(
    _ payload: Range<Int>, in bytes: Span<UInt8>, answering request: SMCSocketRequest,
    into socket: inout SMCSocket
  ) throws(WireError) -> WireError? {
    try socket.decode(payload, in: bytes)
  }

  /// Which numbers of a record are in the byte order of its host.
  static let layout = RecordLayout(
    request: [.bytes(4)] + socketID, record: [.bytes(4)] + socketID + [.u32, .u64],
    attributes: [
      SMCSocket.Attribute.connection.rawValue: .structures(
        [.u32, .u32, .u32, .u32] + [cursor, cursor, cursor, cursor].flatMap { $0 } + [.bytes(4)]
          + [cursor, cursor, cursor].flatMap { $0 }),
      SMCSocket.Attribute.memoryBuffer.rawValue: .structures([
        .u32, .bytes(4), .u64, .u64, .u64, .u64, .u64, .u64,
      ]),
      SMCSocket.Attribute.fallback.rawValue: .structures([.u32]),
    ])

  /// `struct inet_diag_sockid`: ports and addresses, which are in network order, the interface and the cookie.
  private static let socketID: [RecordLayout.Member] = [.bytes(36), .u32, .u32, .u32]
  /// `struct smc_diag_cursor`
  private static let cursor: [RecordLayout.Member] = [.u16, .u16, .u32]
}
