/// The addresses that begin with the same bits, such as 10.0.0.0/8.
///
/// Kernel: `struct inet_diag_hostcond`, linux/inet_diag.h.
public struct AddressPrefix: Hashable, Sendable {
  /// The first of the addresses: bits beyond the length are zero.
  public let address: IPAddress
  /// The number of bits that are compared: 0 to 32 or 128.
  public let length: Int

  /// Creates a prefix. Address bits beyond the length are ignored. A length that is too large for the family is reduced
  /// to the maximum.
  public init(_ address: IPAddress, length: Int) {
    let bits = address.family == .inet ? 32 : 128
    self.length = min(max(length, 0), bits)
    // An IPv4 address is the last 32 of 128 bits.
    let significant = self.length + 128 - bits
    let high = significant >= 64 ? UInt64.max : Self.leading(significant)
    let low = significant > 64 ? Self.leading(significant - 64) : 0
    self.address = IPAddress(family: address.family, high: address.high & high, low: address.low & low)
  }

  /// Creates a prefix of exactly one address.
  public init(_ address: IPAddress) { self.init(address, length: 128) }

  /// A word with the given number of most significant bits set.
  private static func leading(_ count: Int) -> UInt64 { count == 0 ? 0 : UInt64.max << UInt64(64 - count) }

  /// The address, if it is the only one.
  public var singleAddress: IPAddress? { length == (address.family == .inet ? 32 : 128) ? address : nil }

  /// Whether the kernel's filter would match an address.
  ///
  /// An IPv4 prefix also matches the mapped addresses of IPv6 sockets. An IPv6 prefix matches no address of an IPv4
  /// socket, whatever its length.
  @inlinable
  public func contains(_ other: IPAddress) -> Bool {
    if address.family == .inet {
      if other.family != .inet, !other.isV4Mapped { return false }
      let difference = UInt32(truncatingIfNeeded: address.low ^ other.low)
      return length == 0 || difference >> UInt32(32 - length) == 0
    }
    if other.family != address.family { return false }
    if length <= 64 { return length == 0 || (address.high ^ other.high) >> UInt64(64 - length) == 0 }
    return address.high == other.high && (address.low ^ other.low) >> UInt64(128 - length) == 0
  }
}

extension AddressPrefix: LosslessStringConvertible {
  /// The address, with the length if there is more than one address. Allocates.
  public var description: String { singleAddress.map { "\($0)" } ?? "\(address)/\(length)" }

  /// Creates a prefix from `ADDRESS` or `ADDRESS/LENGTH`. Trailing zeros of an IPv4 address with a length may be
  /// omitted: `10/8`. An IPv4 length may also be a mask: `10.0.0.0/255.0.0.0`.
  public init?(_ description: String) {
    let parts = description.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 1 {
      guard let address = IPAddress(description) else { return nil }
      self.init(address)
      return
    }
    guard let address = IPAddress(String(parts[0])) ?? Self.shortened(parts[0]) else { return nil }
    let bits = address.family == .inet ? 32 : 128
    if parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(parts[1]), length <= bits {
      self.init(address, length: length)
    } else if address.family == .inet, let mask = IPAddress(String(parts[1])), mask.family == .inet {
      let ones = (~UInt32(truncatingIfNeeded: mask.low)).leadingZeroBitCount
      // A valid mask has all its bits together.
      guard AddressPrefix(mask, length: ones).address == mask else { return nil }
      self.init(address, length: ones)
    } else {
      return nil
    }
  }

  private static func shortened(_ text: Substring) -> IPAddress? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...3).contains(parts.count) else { return nil }
    return IPAddress((parts + repeatElement("0", count: 4 - parts.count)).joined(separator: "."))
  }
}

extension AddressPrefix: ExpressibleByStringLiteral {
  /// Creates a prefix from a literal such as `"10.0.0.0/8"`.
  ///
  /// A malformed literal is a mistake in the program and stops it. Only a literal can come here: the parameter is a
  /// `StaticString`, so the compiler refuses any text that is known at run time only. Use ``init(_:)-(String)`` for that.
  public init(stringLiteral value: StaticString) {
    guard let prefix = AddressPrefix(value.description) else {
      preconditionFailure("\"\(value)\" is not ADDRESS or ADDRESS/LENGTH")
    }
    self = prefix
  }
}
