/// Vsock sockets, which connect virtual machines with their host and with each other.
///
/// Kernel: `AF_VSOCK`; net/vmw_vsock/diag.c, since 4.15.
public enum VSock: SocketFamily {
  /// An empty record.
  public static var emptySocket: VSockSocket { VSockSocket() }

  /// Decodes a record.
  public static func decode(
    _ payload: Range<Int>, in bytes: Span<UInt8>, answering request: VSockSocketRequest,
    into socket: inout VSockSocket
  ) throws(WireError) -> WireError? {
    try socket.decode(payload, in: bytes)
  }

  /// Which numbers of a record are in the byte order of its host.
  static let layout = RecordLayout(
    request: [.bytes(4), .u32, .u32, .u32, .u32, .u32],
    record: [.bytes(4), .u32, .u32, .u32, .u32, .u32, .u32, .u32], attributes: [:])
}
