import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import BindDiagnosis

/// Why the kernel refuses an address, from the existing interfaces and addresses.
@Suite struct AddressObstacleTests {
  private static let lo = NetworkInterface(index: 1, name: "lo", isLoopback: true)
  private static let eth0 = NetworkInterface(index: 2, name: "eth0")
  private static let eth1 = NetworkInterface(index: 3, name: "eth1")
  private static let address = IPAddress(v6: 0x2001_0db8_0000_0000, 1)

  private func find(
    _ address: IPAddress = address, on index: UInt32 = 0, _ flags: [(UInt32, InterfaceAddress.Flags)] = [],
    _ interfaces: [NetworkInterface] = [lo, eth0, eth1]
  ) -> AddressObstacle? {
    AddressObstacle.find(
      address, on: index,
      among: flags.map { InterfaceAddress(address, prefixLength: 64, interfaceIndex: $0.0, flags: $0.1) },
      of: interfaces)
  }

  @Test func addressFlagsDecide() {
    #expect(find(Self.address, on: 0, [(2, [])]) == nil)
    #expect(find(Self.address, on: 0, [(2, [.tentative, .optimistic])]) == nil)
    #expect(find(Self.address, on: 0, [(2, .tentative)]) == .tentative(Self.eth0, prefixLength: 64))
    #expect(find(Self.address, on: 0, [(2, [.tentative, .duplicate])]) == .duplicate(Self.eth0, prefixLength: 64))
    // One usable address is enough, and one that may become usable is better than none.
    #expect(find(Self.address, on: 0, [(2, .tentative), (3, [])]) == nil)
    #expect(
      find(Self.address, on: 0, [(2, [.tentative, .duplicate]), (3, .tentative)])
        == .tentative(Self.eth1, prefixLength: 64))
    #expect(find(Self.address, on: 0, [(2, .tentative)])?.isPassing == true)
    #expect(find(Self.address, on: 0, [(2, [.tentative, .duplicate])])?.isPassing == false)
  }

  @Test func anotherInterfaceMayHaveTheAddress() {
    let linkLocal = IPAddress(v6: 0xfe80_0000_0000_0000, 1)
    #expect(find(linkLocal, on: 3, [(2, [])]) == .onOtherInterface(Self.eth0))
    #expect(find(linkLocal, on: 3, [(2, [.tentative])]) == .onOtherInterface(Self.eth0))
    #expect(find(linkLocal, on: 2, [(2, [])]) == nil)
    #expect(find(linkLocal, on: 3) == .absent(interface: Self.eth1))
    // Global addresses belong to the host.
    #expect(find(on: 3, [(2, [])]) == nil)
    #expect(find(on: 3, [(2, [.tentative])]) == .tentative(Self.eth0, prefixLength: 64))
    #expect(find(on: 3) == .absent(interface: Self.eth1))
    #expect(find() == .absent(interface: nil))
  }

  @Test func linkLocalAddressWithoutInterfaceIsFoundOnItsInterface() {
    let address = IPAddress(v6: 0xfe80_0000_0000_0000, 1)
    #expect(find(address, on: 0, [(2, [])]) == .onOtherInterface(Self.eth0))
    #expect(find(address, on: 0, [(2, []), (3, [])]) == nil)
    #expect(find(address) == .absent(interface: nil))
  }

  @Test func refusedIPv6IsTheReasonOnlyIfAllCandidatesRefuseIt() {
    func off(_ interface: NetworkInterface) -> NetworkInterface {
      var interface = interface
      interface.refusesIPv6 = true
      return interface
    }
    let loopback = IPAddress(v6: 0, 1)
    let (lo, eth0, eth1) = (Self.lo, Self.eth0, Self.eth1)
    #expect(find(Self.address, on: 0, [], [lo, off(eth0)]) == .refusesIPv6(interface: off(eth0)))
    #expect(find(Self.address, on: 0, [], [lo, off(eth0), off(eth1)]) == .refusesIPv6(interface: nil))
    #expect(find(Self.address, on: 0, [], [off(lo), off(eth0), eth1]) == .absent(interface: nil))
    #expect(find(Self.address, on: 2, [], [lo, off(eth0), eth1]) == .refusesIPv6(interface: off(eth0)))
    #expect(find(Self.address, on: 3, [], [lo, off(eth0), eth1]) == .absent(interface: eth1))
    #expect(find(loopback, on: 0, [], [off(lo), eth0]) == .refusesIPv6(interface: off(lo)))
    #expect(find(loopback, on: 0, [], [lo, off(eth0)]) == .absent(interface: lo))
    // An unknown setting does not count as a refusal, and IPv4 has no such setting.
    var unknown = eth0
    unknown.refusesIPv6 = nil
    #expect(find(Self.address, on: 0, [], [lo, unknown]) == .absent(interface: nil))
    #expect(find(IPAddress(v4: 1), on: 0, [], [lo, off(eth0)]) == .absent(interface: nil))
  }

}

/// The interfaces and addresses of the running kernel.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make namespaces"))
struct InterfaceReaderTests {
  @Test func interfacesAndAddressesBelongToTheNamespace() async throws {
    try await Laboratory.withNew { (laboratory: Laboratory) throws in
      _ = try laboratory.wire()
      try laboratory.namespace.set("net.ipv6.conf.\(Wire.deviceName).disable_ipv6", to: 0)
      var reader = try InterfaceReader()
      let interfaces = try reader.interfaces()
      let loopback = try #require(interfaces.first { $0.name == "lo" })
      #expect(loopback.isLoopback && loopback.isUp && loopback.hasCarrier && loopback.refusesIPv6 == false)
      let wire = try #require(interfaces.first { $0.name == Wire.deviceName })
      #expect(wire.index == interfaceIndex(Wire.deviceName) && !wire.isLoopback && wire.isUp && wire.master == nil)
      let addresses = try reader.addresses(.inet6)
      #expect(
        addresses.contains {
          $0.address == Wire.localV6.address && $0.interfaceIndex == wire.index && $0.prefixLength == 64 && $0.isUsable
        })
      #expect(try reader.addresses(.inet).contains { $0.address == Wire.localV4.address && $0.prefixLength == 24 })
      try laboratory.namespace.set("net.ipv6.conf.\(Wire.deviceName).disable_ipv6", to: 1)
      #expect(try reader.interfaces().first { $0.name == Wire.deviceName }?.refusesIPv6 == true)
    }
  }

  /// More than fits into one datagram.
  @Test func longListIsReadCompletely() async throws {
    guard LabNamespace.hasProgram("ip") else { return }
    try await Laboratory.withNew { (laboratory: Laboratory) throws in
      let lines = (1...1000).map { "address add 192.0.2.\($0 % 250 + 1)/\(8 + $0 / 250) dev lo\n" }.joined()
      let result = try laboratory.namespace.run(["ip", "-force", "-batch", "-"], input: Array(lines.utf8))
      let shown = try laboratory.namespace.run(["ip", "-o", "-4", "address", "show"]).outputText
      var reader = try InterfaceReader()
      let count = try reader.addresses(.inet).count
      #expect(count > 400, "\(result.errorText)")
      #expect(count == shown.split(separator: "\n").count)
    }
  }
}

/// How users are numbered for this process.
@Suite struct UserNumbersTests {
  @Test(arguments: [
    ("         0          0 4294967295\n", true), ("0 0 2147483648\n2147483648 5 2147483647\n", true),
    ("         0       1000          1\n", false), ("0 4242 1\n1 100001 65534\n", false), ("", false), ("0 0\n", false),
    ("a b c\n", false), ("0 0 4294967296\n", false),
  ])
  func userMapWithAllUsersIsRecognised(_ text: String, _ coversAll: Bool) {
    #expect(UserNumbers.coversAllUsers(Array(text.utf8)) == coversAll)
  }

  @Test func unreadableUserMapLeavesTheUsualNumberAmbiguous() {
    #expect(UserNumbers(procRoot: "/nowhere").ambiguous == 65534)
  }
}
