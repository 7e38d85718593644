/// An internet address. Its text has the form that the kernel and `ss` use.
public struct LabAddress: Sendable, Hashable, CustomStringConvertible {
  /// True for IPv6, the v4-mapped range included.
  public let isV6: Bool
  /// The first eight bytes of an IPv6 address; 0 for IPv4.
  public let high: UInt64
  /// The last eight bytes; an IPv4 address is their low half.
  public let low: UInt64

  /// Creates an address from its parts.
  package init(isV6: Bool, high: UInt64, low: UInt64) { (self.isV6, self.high, self.low) = (isV6, high, low) }

  /// An IPv4 address from its four numbers.
  public static func v4(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) -> LabAddress {
    let word = [a, b, c, d].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return LabAddress(isV6: false, high: 0, low: word)
  }

  /// An IPv6 address from its halves.
  public static func v6(_ high: UInt64, _ low: UInt64) -> LabAddress {
    LabAddress(isV6: true, high: high, low: low)
  }

  /// `0.0.0.0`.
  public static let anyV4 = LabAddress.v4(0, 0, 0, 0)
  /// `::`.
  public static let anyV6 = LabAddress.v6(0, 0)
  /// `127.0.0.1`.
  public static let loopbackV4 = LabAddress.v4(127, 0, 0, 1)
  /// `::1`.
  public static let loopbackV6 = LabAddress.v6(0, 1)

  /// The v4-mapped form `::ffff:a.b.c.d` of an IPv4 address. An IPv6 address stays as it is.
  public var mapped: LabAddress { isV6 ? self : .v6(0, 0xFFFF_0000_0000 | low) }
  /// True for `::ffff:0:0/96`.
  public var isMapped: Bool { isV6 && high == 0 && low >> 32 == 0xFFFF }
  /// True for `0.0.0.0` and `::`.
  public var isAny: Bool { high == 0 && low == 0 }
  /// True for `fe80::/10`. Such an address is complete only with an interface.
  public var isLinkLocal: Bool { isV6 && high >> 54 == 0xFE80 >> 6 }

  /// The address as text. IPv6 is compressed by the rules of RFC 5952.
  public var description: String {
    guard isV6, !isMapped else {
      let dotted = [24, 16, 8, 0].map { (shift: UInt64) in String(low >> shift & 0xFF) }.joined(separator: ".")
      return isV6 ? "::ffff:\(dotted)" : dotted
    }
    let groups = [high, low].flatMap { half in
      [48, 32, 16, 0].map { (shift: UInt64) -> UInt64 in half >> shift & 0xFFFF }
    }
    guard let gap = Self.longestZeroRun(groups) else { return Self.joined(groups[...]) }
    return Self.joined(groups[..<gap.lowerBound]) + "::" + Self.joined(groups[gap.upperBound...])
  }

  private static func joined(_ groups: ArraySlice<UInt64>) -> String {
    groups.map { String($0, radix: 16) }.joined(separator: ":")
  }

  private static func longestZeroRun(_ groups: [UInt64]) -> Range<Int>? {
    var best: Range<Int>?
    var start = 0
    while start < groups.count {
      var end = start
      while end < groups.count, groups[end] == 0 { end += 1 }
      if end - start > max(1, best?.count ?? 1) { best = start..<end }
      start = max(end, start + 1)
    }
    return best
  }
}

/// An address and a port, with the interface if the address is ambiguous without it.
public struct LabEndpoint: Sendable, Hashable, CustomStringConvertible {
  /// The address.
  public var address: LabAddress
  /// The port; 0 for none or any.
  public var port: UInt16
  /// The name of the interface that scopes a link-local address.
  public var interface: String?
  /// The number of an interface that does not exist and so has no name. It takes precedence over ``interface``.
  public var scopeID: UInt32?

  /// An endpoint.
  public init(_ address: LabAddress, _ port: UInt16, interface: String? = nil, scopeID: UInt32? = nil) {
    self.address = address
    self.port = port
    self.interface = interface
    self.scopeID = scopeID
  }

  /// `127.0.0.1:80`, `[::1]:80`, `[fe80::1]%tun0:80`; a port of 0 is `*`.
  public var description: String {
    let host = address.isV6 ? "[\(address)]" : "\(address)"
    return host + (interface.map { "%\($0)" } ?? "") + ":" + (port == 0 ? "*" : String(port))
  }
}

extension LabEndpoint {
  /// The endpoint without the interface. Packets and the tables of /proc carry none.
  package var withoutScope: LabEndpoint { LabEndpoint(address, port) }
}
