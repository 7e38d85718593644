/// Netlink sockets, by which programs and the kernel talk about interfaces, routes, sockets and much else.
///
/// Kernel: `AF_NETLINK`; net/netlink/diag.c, since 3.10.
public enum Netlink: SocketFamily {
  /// An empty record.
  public static var emptySocket: NetlinkSocket { NetlinkSocket() }

  /// Decodes a record.
  public static func decode(
    _ payload: Range<Int>, in bytes: Span<UInt8>, answering request: NetlinkSocketRequest,
    into socket: inout NetlinkSocket
  ) throws(WireError) -> WireError? {
    try socket.decode(payload, in: bytes)
  }

  /// Which numbers of a record are in the byte order of its host.
  static let layout = RecordLayout(
    request: [.bytes(4), .u32, .u32, .u32, .u32],
    record: [.bytes(4), .u32, .u32, .u32, .u32, .u32, .u32],
    attributes: [
      NetlinkSocket.Attribute.memory.rawValue: .structures([.u32]),
      NetlinkSocket.Attribute.flags.rawValue: .structures([.u32]),
      NetlinkSocket.Attribute.groups.rawValue: .longs,
    ])
}
