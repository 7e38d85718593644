/// A network interface, as rtnetlink reports it: the parts that decide which addresses and ports a socket can have.
///
/// Kernel: `RTM_NEWLINK`, linux/rtnetlink.h; `struct ifinfomsg`, linux/if_link.h.
public struct NetworkInterface: Hashable, Sendable, Codable {
  /// The number of the interface. Kernel: `ifi_index`.
  public var index: UInt32
  /// The name. Kernel: `IFLA_IFNAME`.
  public var name: String
  /// Whether the interface is set up. Kernel: `IFF_UP`, linux/if.h.
  public var isUp: Bool
  /// Whether the link below carries packets. Kernel: `IFF_LOWER_UP`, linux/if.h.
  public var hasCarrier: Bool
  /// Whether it is a loopback device. Kernel: `IFF_LOOPBACK`, linux/if.h.
  public var isLoopback: Bool
  /// The bridge, bond or VRF that the interface belongs to; `nil` for none. Kernel: `IFLA_MASTER`.
  public var master: UInt32?
  /// The kind of a virtual interface, such as `vrf`; `nil` for hardware. Kernel: `IFLA_INFO_KIND`.
  public var kind: String?
  /// Whether the interface refuses IPv6 addresses; `nil` if it does not support IPv6. Kernel:
  /// `net.ipv6.conf.NAME.disable_ipv6`, as in `IFLA_INET6_CONF`.
  public var refusesIPv6: Bool?

  /// Creates an interface from its parts; by default one that works.
  public init(
    index: UInt32, name: String, isUp: Bool = true, hasCarrier: Bool = true, isLoopback: Bool = false,
    master: UInt32? = nil, kind: String? = nil, refusesIPv6: Bool? = false
  ) {
    self.index = index
    self.name = name
    self.isUp = isUp
    self.hasCarrier = hasCarrier
    self.isLoopback = isLoopback
    self.master = master
    self.kind = kind
    self.refusesIPv6 = refusesIPv6
  }
}

/// Kernel: linux/if_link.h.
private enum Attribute {
  /// `IFLA_IFNAME`
  static let name: UInt16 = 3
  /// `IFLA_MASTER`
  static let master: UInt16 = 10
  /// `IFLA_LINKINFO`
  static let linkInfo: UInt16 = 18
  /// `IFLA_INFO_KIND`, inside of `IFLA_LINKINFO`
  static let infoKind: UInt16 = 1
  /// `IFLA_AF_SPEC`, which has an attribute for each family
  static let familySpecific: UInt16 = 26
  /// `IFLA_INET6_CONF`, inside of that for `AF_INET6`
  static let inet6Settings: UInt16 = 2
}

/// `struct ifinfomsg`, linux/rtnetlink.h.
private enum Layout {
  static let byteCount = 16
  /// `ifi_index`
  static let index = 4
  /// `ifi_flags`
  static let flags = 8
}

/// Kernel: linux/if.h.
private enum Flag {
  /// `IFF_UP`
  static let up: UInt32 = 0x1
  /// `IFF_LOOPBACK`
  static let loopback: UInt32 = 0x8
  /// `IFF_LOWER_UP`
  static let lowerUp: UInt32 = 0x10000
}

/// `DEVCONF_DISABLE_IPV6`, linux/ipv6.h: a place in the array `IFLA_INET6_CONF`.
private let disableIPv6 = 26

extension NetworkInterface {
  /// Reads the payload of a link message.
  ///
  /// - Throws: ``WireError`` where the fixed part or an attribute is cut off.
  package init(newLink payload: Range<Int>, in bytes: Span<UInt8>) throws(WireError) {
    guard payload.count >= Layout.byteCount, payload.lowerBound >= 0, payload.upperBound <= bytes.count else {
      throw WireError(
        .structureLength, at: payload.lowerBound, "a link message has \(payload.count) bytes, expected at least 16")
    }
    let flags = bytes.host32(at: payload.lowerBound + Layout.flags)
    self.init(
      index: bytes.host32(at: payload.lowerBound + Layout.index), name: "", isUp: flags & Flag.up != 0,
      hasCarrier: flags & Flag.lowerUp != 0,
      isLoopback: flags & Flag.loopback != 0, refusesIPv6: nil)
    var cursor = NetlinkAttributeCursor(payload.lowerBound + Layout.byteCount..<payload.upperBound)
    while let attribute = try cursor.next(in: bytes) {
      switch attribute.type {
      case Attribute.name: name = attribute.text(in: bytes)
      case Attribute.master where attribute.payload.count >= 4: master = bytes.host32(at: attribute.payload.lowerBound)
      case Attribute.linkInfo:
        kind = try Self.attribute(Attribute.infoKind, within: attribute.payload, in: bytes)?.text(in: bytes)
      case Attribute.familySpecific:
        let inet6 = UInt16(AddressFamily.inet6.rawValue)
        guard let family = try Self.attribute(inet6, within: attribute.payload, in: bytes) else { continue }
        refusesIPv6 = try Self.refusesIPv6(family.payload, in: bytes)
      default: break
      }
    }
  }

  /// Kernel: `IFLA_INET6_CONF`, linux/if_link.h, an array; `DEVCONF_DISABLE_IPV6`, linux/ipv6.h.
  private static func refusesIPv6(_ payload: Range<Int>, in bytes: Span<UInt8>) throws(WireError) -> Bool? {
    guard let settings = try attribute(Attribute.inet6Settings, within: payload, in: bytes),
      settings.payload.count >= (disableIPv6 + 1) * 4
    else { return nil }
    return bytes.host32(at: settings.payload.lowerBound + disableIPv6 * 4) != 0
  }

  private static func attribute(
    _ type: UInt16, within nest: Range<Int>, in bytes: Span<UInt8>
  ) throws(WireError) -> NetlinkAttribute? {
    var cursor = NetlinkAttributeCursor(nest)
    while let attribute = try cursor.next(in: bytes) {
      if attribute.type == type { return attribute }
    }
    return nil
  }
}
