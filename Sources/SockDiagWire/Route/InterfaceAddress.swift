/// An address of an interface, as rtnetlink reports it.
///
/// Kernel: `RTM_NEWADDR`, linux/rtnetlink.h; `struct ifaddrmsg`, linux/if_addr.h.
public struct InterfaceAddress: Hashable, Sendable, Codable {
  /// The address. Kernel: `IFA_LOCAL`, or `IFA_ADDRESS` where that is absent.
  public var address: IPAddress
  /// The number of address bits that identify the network. Kernel: `ifa_prefixlen`.
  public var prefixLength: UInt8
  /// The interface that has the address. Kernel: `ifa_index`.
  public var interfaceIndex: UInt32
  /// The kernel's flags of the address. Kernel: `IFA_FLAGS`, since 3.14; `ifa_flags` before.
  public var flags: Flags

  /// Creates an address from its parts.
  public init(_ address: IPAddress, prefixLength: UInt8, interfaceIndex: UInt32, flags: Flags = []) {
    self.address = address
    self.prefixLength = prefixLength
    self.interfaceIndex = interfaceIndex
    self.flags = flags
  }

  /// Flags of an address.
  ///
  /// Kernel: `IFA_F_*`, linux/if_addr.h.
  public struct Flags: OptionSet, Hashable, Sendable, Codable {
    /// The kernel's bits.
    public let rawValue: UInt32

    /// Creates flags from the kernel's bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The kernel does not check this address for duplicates. Kernel: `IFA_F_NODAD`.
    public static let unchecked = Flags(rawValue: 0x02)
    /// The address may be used while it is checked. Kernel: `IFA_F_OPTIMISTIC`.
    public static let optimistic = Flags(rawValue: 0x04)
    /// Another host on the link has the address, so the kernel does not use it. Kernel: `IFA_F_DADFAILED`.
    public static let duplicate = Flags(rawValue: 0x08)
    /// New connections should use another address. Binding is not affected. Kernel: `IFA_F_DEPRECATED`.
    public static let deprecated = Flags(rawValue: 0x20)
    /// The kernel is still checking the address for duplicates. Kernel: `IFA_F_TENTATIVE`.
    public static let tentative = Flags(rawValue: 0x40)
    /// The address was set by hand, not by a router's announcement. Kernel: `IFA_F_PERMANENT`.
    public static let permanent = Flags(rawValue: 0x80)
  }

  /// Whether a socket may be bound to the address. Kernel: `ipv6_chk_addr_and_flags`, net/ipv6/addrconf.c.
  public var isUsable: Bool { !flags.contains(.tentative) || flags.contains(.optimistic) }
}

/// Kernel: linux/if_addr.h.
private enum Attribute {
  /// `IFA_ADDRESS`
  static let address: UInt16 = 1
  /// `IFA_LOCAL`
  static let local: UInt16 = 2
  /// `IFA_FLAGS`
  static let flags: UInt16 = 8
}

/// `struct ifaddrmsg`, linux/if_addr.h.
private enum Layout {
  static let byteCount = 8
  /// `ifa_prefixlen`
  static let prefixLength = 1
  /// `ifa_flags`
  static let flags = 2
  /// `ifa_index`
  static let index = 4
}

extension InterfaceAddress {
  /// Reads the payload of an address message; `nil` for a family other than IPv4 and IPv6, and for an address that is absent.
  ///
  /// - Throws: ``WireError`` where the fixed part or an attribute is cut off.
  package init?(newAddress payload: Range<Int>, in bytes: Span<UInt8>) throws(WireError) {
    guard payload.count >= Layout.byteCount, payload.lowerBound >= 0, payload.upperBound <= bytes.count else {
      throw WireError(
        .structureLength, at: payload.lowerBound, "an address message has \(payload.count) bytes, expected at least 8")
    }
    let start = payload.lowerBound
    let family = AddressFamily(rawValue: bytes[start])
    guard family == .inet || family == .inet6 else { return nil }
    var flags = UInt32(bytes[start + Layout.flags])
    var own: IPAddress?
    var other: IPAddress?
    var cursor = NetlinkAttributeCursor(start + Layout.byteCount..<payload.upperBound)
    while let attribute = try cursor.next(in: bytes) {
      switch attribute.type {
      // IFA_ADDRESS: on a point-to-point link, the peer's address.
      case 1: other = IPAddress(attribute.payload, of: family, in: bytes)
      case Attribute.local: own = IPAddress(attribute.payload, of: family, in: bytes)
      case Attribute.flags where attribute.payload.count >= 4: flags = bytes.host32(at: attribute.payload.lowerBound)
      default: break
      }
    }
    guard let address = own ?? other else { return nil }
    self.init(
      address, prefixLength: bytes[start + Layout.prefixLength], interfaceIndex: bytes.host32(at: start + Layout.index),
      flags: Flags(rawValue: flags))
  }
}

extension IPAddress {
  /// An address from an attribute; `nil` if the attribute is too short for the family.
  fileprivate init?(_ payload: Range<Int>, of family: AddressFamily, in bytes: Span<UInt8>) {
    let start = payload.lowerBound
    if family == .inet {
      guard payload.count >= 4 else { return nil }
      self.init(v4: bytes.network32(at: start))
    } else {
      guard payload.count >= 16 else { return nil }
      self.init(v6: bytes.network64(at: start), bytes.network64(at: start + 8))
    }
  }
}
