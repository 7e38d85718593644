/// An IPv4 or IPv6 address.
///
/// It consists of two words and a family, and does not allocate.
public struct IPAddress: Hashable, Sendable {
  /// The first eight bytes of an IPv6 address as a number; 0 for IPv4.
  public let high: UInt64
  /// The last eight bytes of an IPv6 address as a number; an IPv4 address as a number.
  public let low: UInt64
  /// `inet` or `inet6`.
  public let family: AddressFamily

  @inlinable @inline(__always)
  init(family: AddressFamily, high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
    self.family = family
  }

  /// Creates an IPv4 address from its value as a number: 127.0.0.1 is `0x7f00_0001`.
  @inlinable
  public init(v4 value: UInt32) { self.init(family: .inet, high: 0, low: UInt64(value)) }

  /// Creates an IPv6 address from its two halves as numbers.
  @inlinable
  public init(v6 high: UInt64, _ low: UInt64) { self.init(family: .inet6, high: high, low: low) }

  /// The IPv4 address for all interfaces, 0.0.0.0. Kernel: `INADDR_ANY`.
  public static let anyV4 = IPAddress(v4: 0)
  /// The IPv6 address for all interfaces, `::`. A socket bound to it accepts IPv4 too, unless it is v6-only. Kernel:
  /// `in6addr_any`.
  public static let anyV6 = IPAddress(v6: 0, 0)

  /// Whether this is the address for all interfaces.
  @inlinable public var isUnspecified: Bool { high == 0 && low == 0 }

  /// Whether this is an IPv4-mapped IPv6 address, `::ffff:a.b.c.d`. IPv4 peers of a dual-stack socket have such
  /// addresses.
  @inlinable public var isV4Mapped: Bool { family == .inet6 && high == 0 && low >> 32 == 0xffff }

  /// The IPv4 address in a mapped address; other addresses unchanged.
  @inlinable public var unmapped: IPAddress { isV4Mapped ? IPAddress(v4: UInt32(truncatingIfNeeded: low)) : self }

  /// Whether the address is link-local and so valid only with an interface: `fe80::/10`.
  @inlinable public var isLinkLocal: Bool { family == .inet6 && high >> 54 == 0xfe80 >> 6 }

  /// The address in network byte order: 4 or 16 bytes. Allocates.
  public var bytes: [UInt8] {
    let words = family == .inet ? [] : [high]
    let long = words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) } }
    let size = family == .inet ? 4 : 8
    return long + (0..<size).map { UInt8(truncatingIfNeeded: low >> UInt64(8 * (size - 1 - $0))) }
  }
}

extension IPAddress: Comparable {
  /// IPv4 before IPv6, then by value.
  public static func < (left: IPAddress, right: IPAddress) -> Bool {
    (left.family.rawValue, left.high, left.low) < (right.family.rawValue, right.high, right.low)
  }
}
