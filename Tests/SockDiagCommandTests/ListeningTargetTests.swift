import SockDiag
import Testing

@testable import SockDiagCommand

/// Which sockets a client reaches that connects to an address and port.
struct ListeningTargetTests {
  private func socket(_ address: String, v6Only: Bool? = nil, interface: UInt32 = 0) throws -> InetSocket {
    let family = address.contains(":") ? "inet6" : "inet"
    let any = address.contains(":") ? "::" : "0.0.0.0"
    let refusesV4 = v6Only.map { ",\"v6only\":\($0)" } ?? ""
    var socket = try Samples.socket(
      """
      {"protocol":"tcp","family":"\(family)","state":"listen","local":{"address":"\(address)","port":8080},\
      "remote":{"address":"\(any)","port":0},"receive_queue":0,"send_queue":0,"inode":1\(refusesV4)}
      """)
    socket.interfaceIndex = interface
    return socket
  }

  private func isReached(_ target: String, _ sockets: [InetSocket]) throws -> Bool {
    ListeningTarget(try PortArgument(parsing: target)).isReached(by: sockets)
  }

  @Test(arguments: [
    // Target, listener, whether it refuses IPv4, answer.
    ("8080", "127.0.0.1", nil, true), ("8080", "::1", nil, true),
    ("127.0.0.1:8080", "127.0.0.1", nil, true), ("127.0.0.1:8080", "127.0.0.2", nil, false),
    ("127.0.0.1:8080", "0.0.0.0", nil, true), ("127.0.0.1:8080", "::", false, true),
    ("127.0.0.1:8080", "::", true, false), ("127.0.0.1:8080", "::ffff:127.0.0.1", nil, true),
    ("[::1]:8080", "::", true, true), ("[::1]:8080", "0.0.0.0", nil, false), ("[::1]:8080", "127.0.0.1", nil, false),
    ("[::ffff:127.0.0.1]:8080", "127.0.0.1", nil, true),
    ("0.0.0.0:8080", "127.0.0.1", nil, false), ("0.0.0.0:8080", "0.0.0.0", nil, true),
    ("0.0.0.0:8080", "::", false, true), ("[::]:8080", "0.0.0.0", nil, false), ("[::]:8080", "::", true, true),
    ("*:8080", "0.0.0.0", nil, false), ("*:8080", "::", true, false), ("*:8080", "::", false, true),
  ])
  func wildcardsAndFamiliesCount(_ target: String, _ listener: String, _ v6Only: Bool?, _ isReached: Bool) throws {
    #expect(try self.isReached(target, [socket(listener, v6Only: v6Only)]) == isReached)
  }

  @Test func bothFamiliesMayBeServedByTwo() throws {
    let both = [try socket("0.0.0.0"), try socket("::", v6Only: true)]
    #expect(try isReached("*:8080", both))
    #expect(try !isReached("*:8080", []))
    #expect(try !isReached("8080", []))
  }

  @Test func anotherInterfaceIsNotReached() throws {
    #expect(try isReached("[fe80::1%lo]:8080", [socket("::", v6Only: true, interface: 1)]))
    #expect(try !isReached("[fe80::1%lo]:8080", [socket("::", v6Only: true, interface: 7)]))
    #expect(try isReached("127.0.0.1:8080", [socket("127.0.0.1", interface: 7)]))
  }
}
