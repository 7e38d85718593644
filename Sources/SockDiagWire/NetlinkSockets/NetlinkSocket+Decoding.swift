extension NetlinkSocket {
  /// Offsets in `struct netlink_diag_msg`.
  enum Layout {
    /// `sizeof(struct netlink_diag_msg)`
    static let byteCount = 28
    static let type = 1
    static let `protocol` = 2
    static let state = 3
    static let portID = 4
    static let destinationPortID = 8
    static let destinationGroup = 12
    static let inode = 16
    static let cookie = 20
    /// `NETLINK_CONNECTED`, net/netlink/af_netlink.c
    static let connected: UInt8 = 1
  }

  /// Numbers of attributes. Kernel: `NETLINK_DIAG_*`, linux/netlink_diag.h.
  enum Attribute: UInt16 {
    case memory = 0
    case groups = 1
    case flags = 4
  }

  mutating func decode(_ payload: Range<Int>, in bytes: Span<UInt8>) throws(WireError) -> WireError? {
    let start = payload.lowerBound
    try bytes.checkRecord(payload, byteCount: Layout.byteCount, of: "a netlink socket")
    self = NetlinkSocket()
    type = bytes[start + Layout.type]
    `protocol` = NetlinkFamily(rawValue: UInt16(bytes[start + Layout.protocol]))
    isConnected = bytes[start + Layout.state] == Layout.connected
    portID = bytes.host32(at: start + Layout.portID)
    destinationPortID = bytes.host32(at: start + Layout.destinationPortID)
    destinationGroup = bytes.host32(at: start + Layout.destinationGroup)
    inode = bytes.host32(at: start + Layout.inode)
    cookie = bytes.hostCookie(at: start + Layout.cookie)
    return bytes.forEachAttribute(start + Layout.byteCount..<payload.upperBound) { attribute, bytes in
      decode(attribute, in: bytes)
    }
  }

  private mutating func decode(_ attribute: NetlinkAttribute, in bytes: Span<UInt8>) {
    let payload = attribute.payload
    switch (Attribute(rawValue: attribute.type), payload.count) {
    case (.memory, 28...36): memory = SocketMemory(payload, in: bytes)
    case (.groups, 4...) where payload.count.isMultiple(of: 4): groups = Self.groups(payload, in: bytes)
    case (.flags, 4): flags = Flags(rawValue: bytes.host32(at: payload.lowerBound))
    default:
      unknownAttributes.append(UnknownAttribute(type: attribute.type, payload: bytes.array(payload)))
    }
  }

  /// The numbers of the bits that are set, from 1 on. The kernel's bitmap consists of longs.
  private static func groups(_ payload: Range<Int>, in bytes: Span<UInt8>) -> [UInt32] {
    let width = payload.count.isMultiple(of: 8) ? 8 : 4
    var groups: [UInt32] = []
    for (index, offset) in stride(from: payload.lowerBound, to: payload.upperBound, by: width).enumerated() {
      let word = width == 8 ? bytes.host64(at: offset) : UInt64(bytes.host32(at: offset))
      for bit in 0..<8 * width where word >> UInt64(bit) & 1 != 0 { groups.append(UInt32(index * 8 * width + bit + 1)) }
    }
    return groups
  }
}
