import SockDiag
import SockDiagTesting
import Testing

@testable import PortControl

/// The sockets that a client reaches at an address and port.
struct ListeningTargetTests {
  private func socket(_ address: String, v6Only: Bool? = nil, interface: UInt32 = 0) throws -> InetSocket {
    let local = SocketAddress(try #require(IPAddress(address)), port: 8080)
    return .specimen(.tcp, .listen, local: local) {
      $0.isV6Only = v6Only
      $0.interfaceIndex = interface
    }
  }

  /// A host with the loopback interface 1, and with 10.0.0.1 and fd00::1 on interface 7.
  private static func interfaces(of address: IPAddress) -> AddressInterfaces {
    switch "\(address)" {
    case "10.0.0.1", "fd00::1": .known([7])
    case "::1": .known([1])
    case let text where text.hasPrefix("127."): .known([1])
    case let text where text.hasPrefix("10.9.") || text.hasPrefix("fe80:"): .unknown
    default: .notLocal
    }
  }

  private func target(_ text: String) throws -> ListeningTarget {
    ListeningTarget(try .written(text), interfaces: Self.interfaces)
  }

  private func isReached(_ target: String, _ sockets: [InetSocket]) throws -> Bool {
    try self.target(target).isReached(by: sockets)
  }

  @Test(arguments: [
    // Target, listener, whether it is v6-only, answer.
    ("8080", "127.0.0.1", nil, true), ("8080", "::1", nil, true),
    ("127.0.0.1:8080", "127.0.0.1", nil, true), ("127.0.0.1:8080", "127.0.0.2", nil, false),
    ("127.0.0.1:8080", "0.0.0.0", nil, true), ("127.0.0.1:8080", "::", false, true),
    ("127.0.0.1:8080", "::", nil, true), ("127.0.0.1:8080", "::", true, false),
    ("127.0.0.1:8080", "::ffff:127.0.0.1", nil, true),
    ("[::1]:8080", "::", true, true), ("[::1]:8080", "0.0.0.0", nil, false), ("[::1]:8080", "127.0.0.1", nil, false),
    ("[::ffff:127.0.0.1]:8080", "127.0.0.1", nil, true),
    ("0.0.0.0:8080", "127.0.0.1", nil, false), ("0.0.0.0:8080", "0.0.0.0", nil, true),
    ("0.0.0.0:8080", "::", false, true), ("[::]:8080", "0.0.0.0", nil, false), ("[::]:8080", "::", true, true),
    ("*:8080", "0.0.0.0", nil, false), ("*:8080", "::", true, false), ("*:8080", "::", false, true),
  ])
  func wildcardsAndFamiliesAreMatched(_ target: String, _ listener: String, _ v6Only: Bool?, _ isReached: Bool) throws {
    #expect(try self.isReached(target, [socket(listener, v6Only: v6Only)]) == isReached)
  }

  @Test func twoSocketsMayServeBothFamilies() throws {
    let both = [try socket("0.0.0.0"), try socket("::", v6Only: true)]
    #expect(try isReached("*:8080", both))
    #expect(try !isReached("*:8080", []))
    #expect(try !isReached("8080", []))
  }

  @Test(arguments: [
    // Target, listener, its interface, answer.
    ("127.0.0.1:8080", "127.0.0.1", 7, false), ("127.0.0.1:8080", "0.0.0.0", 7, false),
    ("127.0.0.1:8080", "0.0.0.0", 1, true), ("127.0.0.1:8080", "::", 7, false), ("[::1]:8080", "::", 1, true),
    ("[::1]:8080", "::", 7, false), ("10.0.0.1:8080", "0.0.0.0", 7, true), ("10.0.0.1:8080", "10.0.0.1", 7, true),
    ("10.0.0.1:8080", "10.0.0.1", 1, false), ("[fd00::1]:8080", "::", 7, true), ("[fd00::1]:8080", "::", 8, false),
    // A local route leads there.
    ("10.9.9.9:8080", "0.0.0.0", 0, true), ("10.9.9.9:8080", "0.0.0.0", 7, false),
    // Every interface has a link-local address.
    ("[fe80::1]:8080", "fe80::1", 7, true), ("[fe80::1]:8080", "::", 7, false), ("[fe80::1]:8080", "::", 0, true),
    // Not an address of this host.
    ("192.0.2.9:8080", "0.0.0.0", 0, false), ("192.0.2.9:8080", "192.0.2.9", 0, false),
    // All addresses.
    ("0.0.0.0:8080", "0.0.0.0", 7, false), ("[::]:8080", "::", 1, false), ("*:8080", "::", 7, false),
    // A client can reach it, on this host or another.
    ("8080", "0.0.0.0", 7, true), ("8080", "10.0.0.1", 7, true), ("8080", "10.0.0.1", 8, true),
    ("8080", "127.0.0.1", 7, false), ("8080", "::1", 7, false), ("8080", "::1", 1, true),
    ("8080", "127.0.0.1", 1, true),
    ("8080", "192.0.2.9", 0, false), ("8080", "fe80::1", 7, true),
    // Clients that come over an interface.
    ("[fe80::1%lo]:8080", "::", 1, true), ("[fe80::1%lo]:8080", "::", 7, false), ("[fe80::1%lo]:8080", "::", 0, true),
    ("10.0.0.1%lo:8080", "0.0.0.0", 1, true), ("10.0.0.1%lo:8080", "0.0.0.0", 7, false),
    ("0.0.0.0%lo:8080", "0.0.0.0", 1, true), ("0.0.0.0%lo:8080", "0.0.0.0", 7, false),
  ])
  func interfacesAreMatched(_ target: String, _ listener: String, _ interface: UInt32, _ isReached: Bool) throws {
    let socket = try socket(listener, v6Only: false, interface: interface)
    #expect(try self.isReached(target, [socket]) == isReached)
    #expect(try self.target(target).isServed(by: socket) == isReached)
  }

  @Test func addressesOfOtherHostsAreNamed() throws {
    #expect(try target("192.0.2.9:8080").foreignAddresses == [IPAddress(v4: 0xc000_0209)])
    for text in ["127.0.0.1:8080", "8080", "*:8080", "0.0.0.0:8080", "[::]:8080", "[::ffff:127.0.0.1]:8080"] {
      #expect(try target(text).foreignAddresses.isEmpty)
    }
  }

  @Test func loopbackInterfaceHasItsWholeNetwork() {
    func network(_ address: UInt32, isLoopback: Bool) -> InterfaceNetwork {
      InterfaceNetwork(
        interfaceIndex: 1, address: IPAddress(v4: address), mask: IPAddress(v4: 0xff00_0000), isLoopback: isLoopback)
    }
    let (own, beside, other) = (IPAddress(v4: 0x7f00_0001), IPAddress(v4: 0x7f12_3456), IPAddress(v4: 0x0a00_0001))
    #expect(network(0x7f00_0001, isLoopback: true).has(own) && network(0x7f00_0001, isLoopback: false).has(own))
    #expect(network(0x7f00_0001, isLoopback: true).has(beside) && !network(0x7f00_0001, isLoopback: false).has(beside))
    #expect(!network(0x7f00_0001, isLoopback: true).has(other))
    #expect(!network(0x7f00_0001, isLoopback: true).has(IPAddress(v6: 0, 0x7f12_3456)))
  }
}
