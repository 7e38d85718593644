/// Packet sockets, by which programs such as `tcpdump` and DHCP clients receive and send whole packets of an interface.
///
/// Kernel: `AF_PACKET`; net/packet/diag.c, since 3.7.
public enum Packet: SocketFamily {
  /// An empty record.
  public static var emptySocket: PacketSocket { PacketSocket() }

  /// Decodes a record.
  public static func decode(
    _ payload: Range<Int>, in bytes: Span<UInt8>, answering request: PacketSocketRequest,
    into socket: inout PacketSocket
  ) throws(WireError) -> WireError? {
    try socket.decode(payload, in: bytes)
  }

  /// Which numbers of a record are in the byte order of its host.
  static let layout = RecordLayout(
    request: [.bytes(4), .u32, .u32, .u32, .u32],
    record: [.bytes(2), .u16, .u32, .u32, .u32],
    attributes: [
      PacketSocket.Attribute.info.rawValue: .structures([.u32]),
      PacketSocket.Attribute.memberships.rawValue: .structures([.u32, .u32, .u16, .u16, .bytes(32)]),
      PacketSocket.Attribute.receiveRing.rawValue: .structures([.u32]),
      PacketSocket.Attribute.sendRing.rawValue: .structures([.u32]),
      PacketSocket.Attribute.fanout.rawValue: .structures([.u32]),
      PacketSocket.Attribute.uid.rawValue: .structures([.u32]),
      PacketSocket.Attribute.memory.rawValue: .structures([.u32]),
      PacketSocket.Attribute.filter.rawValue: .structures([.u16, .bytes(2), .u32]),
    ])
}
