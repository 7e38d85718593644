/// XDP sockets, which exchange frames with one queue of a network device through shared memory.
///
/// If one XDP socket of the namespace is not bound, kernels end the list at it, and the sockets behind it are missing
/// (seen in the source up to 6.18: `xsk_diag_fill`).
///
/// Kernel: `AF_XDP`; net/xdp/xsk_diag.c, since 5.1.
public enum XDP: SocketFamily {
  /// An empty record.
  public static var emptySocket: XDPSocket { XDPSocket() }

  /// Decodes a record.
  public static func decode(
    _ payload: Range<Int>, in bytes: Span<UInt8>, answering request: XDPSocketRequest,
    into socket: inout XDPSocket
  ) throws(WireError) -> WireError? {
    try socket.decode(payload, in: bytes)
  }

  /// Which numbers of a record are in the byte order of its host.
  static let layout = RecordLayout(
    request: [.bytes(4), .u32, .u32, .u32, .u32],
    record: [.bytes(4), .u32, .u32, .u32],
    attributes: [
      XDPSocket.Attribute.info.rawValue: .structures([.u32]),
      XDPSocket.Attribute.uid.rawValue: .structures([.u32]),
      XDPSocket.Attribute.receiveRing.rawValue: .structures([.u32]),
      XDPSocket.Attribute.sendRing.rawValue: .structures([.u32]),
      XDPSocket.Attribute.userMemory.rawValue: .structures([.u64, .u32, .u32, .u32, .u32, .u32, .u32, .u32, .u32]),
      XDPSocket.Attribute.fillRing.rawValue: .structures([.u32]),
      XDPSocket.Attribute.completionRing.rawValue: .structures([.u32]),
      XDPSocket.Attribute.memory.rawValue: .structures([.u32]),
      XDPSocket.Attribute.statistics.rawValue: .structures([.u64]),
    ])
}
