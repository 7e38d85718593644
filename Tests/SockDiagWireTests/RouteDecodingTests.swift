import Testing

@testable import SockDiagWire

/// Interfaces and addresses from rtnetlink.
@Suite struct RouteDecodingTests {
  private static func attribute(_ type: UInt16, _ payload: [UInt8]) -> [UInt8] {
    let length = UInt16(payload.count + 4)
    let padding = [UInt8](repeating: 0, count: (4 - payload.count % 4) % 4)
    return host16(length) + host16(type) + payload + padding
  }

  private static func host16(_ value: UInt16) -> [UInt8] { withBytes(value) }
  private static func host32(_ value: UInt32) -> [UInt8] { withBytes(value) }

  private static func withBytes<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
    (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: value.littleEndian >> (8 * $0)) }
  }

  private static let v6: [UInt8] = [0x20, 0x01, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [7]

  private static func address(_ bytes: [UInt8]) throws -> InterfaceAddress? {
    try InterfaceAddress(newAddress: 0..<bytes.count, in: bytes.span)
  }

  @Test func longFlagsTakePrecedence() throws {
    // struct ifaddrmsg: family, prefix, flags, scope, index.
    let fixed: [UInt8] = [10, 64, 0x80, 0] + Self.host32(3)
    let short = try #require(try Self.address(fixed + Self.attribute(1, Self.v6)))
    #expect(
      short
        == InterfaceAddress(
          IPAddress(v6: 0x2001_0db8_0000_0000, 7), prefixLength: 64, interfaceIndex: 3, flags: .permanent))
    let long = try Self.address(fixed + Self.attribute(1, Self.v6) + Self.attribute(8, Self.host32(0x1c8)))
    #expect(long?.flags.isSuperset(of: [.permanent, .tentative, .duplicate]) == true)
  }

  @Test func optimisticAddressIsUsableWhileTentative() {
    func isUsable(_ flags: InterfaceAddress.Flags) -> Bool {
      InterfaceAddress(.anyV6, prefixLength: 64, interfaceIndex: 1, flags: flags).isUsable
    }
    #expect(isUsable([]) && isUsable(.deprecated) && isUsable([.tentative, .optimistic]))
    #expect(!isUsable(.tentative) && !isUsable([.tentative, .duplicate]))
  }

  @Test func localAddressCountsOnAPointToPointLink() throws {
    let fixed: [UInt8] = [2, 32, 0, 0] + Self.host32(3)
    let bytes = fixed + Self.attribute(1, [192, 0, 2, 9]) + Self.attribute(2, [192, 0, 2, 1])
    #expect(try Self.address(bytes)?.address == IPAddress(v4: 0xc000_0201))
    #expect(try Self.address(fixed + Self.attribute(1, [192, 0, 2, 9]))?.address == IPAddress(v4: 0xc000_0209))
  }

  @Test func messagesThatAreNotAddressesAreSkipped() throws {
    #expect(try Self.address([7, 0, 0, 0] + Self.host32(3)) == nil)
    #expect(try Self.address([10, 64, 0, 0] + Self.host32(3)) == nil)
    #expect(try Self.address([10, 64, 0, 0] + Self.host32(3) + Self.attribute(1, [1, 2, 3, 4])) == nil)
    #expect(throws: WireError.self) { try Self.address([10, 64, 0]) }
    #expect(throws: WireError.self) { try Self.address([10, 64, 0, 0] + Self.host32(3) + [200, 0, 1, 0]) }
  }

  /// struct ifinfomsg: family, padding, type, index, flags, change.
  private static func link(_ flags: UInt32, _ attributes: [UInt8]) throws -> NetworkInterface {
    let bytes = [0, 0] + host16(1) + host32(5) + host32(flags) + host32(0) + attributes
    return try NetworkInterface(newLink: 0..<bytes.count, in: bytes.span)
  }

  @Test func interfaceIsReadWithMasterAndKind() throws {
    let settings = [UInt8](repeating: 0, count: 26 * 4) + Self.host32(1) + Self.host32(0)
    let family = Self.attribute(10, Self.attribute(2, settings))
    let whole = try Self.link(
      0x10001,
      Self.attribute(3, Array("eth0\0".utf8)) + Self.attribute(10, Self.host32(9))
        + Self.attribute(18, Self.attribute(1, Array("vrf\0".utf8)))
        + Self.attribute(26, Self.attribute(2, []) + family))
    #expect(
      whole
        == NetworkInterface(index: 5, name: "eth0", master: 9, kind: "vrf", refusesIPv6: true))
    let bare = try Self.link(0x8, [])
    #expect(
      bare
        == NetworkInterface(
          index: 5, name: "", isUp: false, hasCarrier: false, isLoopback: true, refusesIPv6: nil))
    // Fewer settings than an old kernel has count as no settings.
    let old = try Self.link(0, Self.attribute(26, Self.attribute(10, Self.attribute(2, [1, 0, 0, 0]))))
    #expect(old.refusesIPv6 == nil)
  }

  @Test func truncatedLinkIsAnError() {
    #expect(throws: WireError.self) { try NetworkInterface(newLink: 0..<15, in: [UInt8](repeating: 0, count: 15).span) }
    #expect(throws: WireError.self) { try Self.link(0, [9, 0, 3, 0]) }
    #expect(throws: WireError.self) { try Self.link(0, Self.attribute(18, [9, 0, 1, 0])) }
  }

  @Test func addressesThatNeedAnInterfaceAreLinkLocal() throws {
    for text in ["fe80::1", "febf::1", "ff01::1", "ff02::fb", "ff12::1"] {
      #expect(try #require(IPAddress(text)).needsInterface, "\(text)")
    }
    for text in ["::1", "fec0::1", "ff05::1", "ff0e::1", "2001:db8::1", "169.254.0.1", "224.0.0.251", "::ffff:1.2.3.4"]
    {
      #expect(try !#require(IPAddress(text)).needsInterface, "\(text)")
    }
  }
}
