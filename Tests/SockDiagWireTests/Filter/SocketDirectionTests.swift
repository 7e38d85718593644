import SockDiagTesting
import SockDiagWire
import Testing

/// The direction of a socket, in a value and in a filter: both mean the same.
@Suite struct SocketDirectionTests {
  private static let listener = InetSocket.specimen(.tcp, .listen, local: "0.0.0.0:443")
  private static let directions = SocketDirections(
    listeners: [listener, .specimen(.tcp, .listen, local: "[::]:22")],
    hostAddresses: [IPAddress(v4: 0x0a00_0001), IPAddress(v6: 0x2001_0db8 << 32, 1)])

  private static let cases: [(socket: InetSocket, direction: SocketDirection?)] = [
    (listener, .listening),
    (.specimen(local: "10.0.0.1:443", remote: "10.0.0.9:51000"), .inbound),
    (.specimen(local: "10.0.0.1:51000", remote: "10.0.0.9:443"), .outbound),
    // The peer's port alone says nothing, and both may be well known.
    (.specimen(local: "10.0.0.1:443", remote: "10.0.0.9:443"), .inbound),
    (.specimen(local: "127.0.0.1:51000", remote: "127.0.0.1:443"), .local),
    (.specimen(local: "127.0.0.1:443", remote: "127.0.0.1:51000"), .local),
    // By the host's own address, which is no loopback address.
    (.specimen(local: "10.0.0.1:51000", remote: "10.0.0.1:443"), .local),
    (.specimen(local: "10.0.0.2:443", remote: "10.0.0.1:51000"), .local),
    (.specimen(local: "[2001:db8::1]:22", remote: "[2001:db8::9]:50000"), .inbound),
    (.specimen(local: "[2001:db8::1]:50000", remote: "[2001:db8::9]:22"), .outbound),
    (.specimen(local: "[::1]:50000", remote: "[::1]:22"), .local),
    // A dual-stack server's IPv4 peers.
    (.specimen(local: "[::ffff:10.0.0.1]:22", remote: "[::ffff:10.0.0.9]:50000"), .inbound),
    (.specimen(local: "[::ffff:127.0.0.1]:22", remote: "[::ffff:127.0.0.1]:50000"), .local),
    (.specimen(local: "[::ffff:10.0.0.1]:22", remote: "[::ffff:10.0.0.1]:50000"), .local),
    (.specimen(.tcp, .timeWait, local: "10.0.0.1:443", remote: "10.0.0.9:51000"), .inbound),
    (.specimen(.tcp, .boundInactive, local: "10.0.0.1:99") { $0.inode = 4 }, nil),
    (.specimen(.udp, .close, local: "0.0.0.0:53"), .listening),
    (.specimen(.udp, .established, local: "10.0.0.1:5000", remote: "10.0.0.9:53"), .outbound),
  ]

  @Test(arguments: cases.indices) func valueAndFilterAgree(index: Int) {
    let (socket, direction) = Self.cases[index]
    #expect(Self.directions.direction(of: socket) == direction)
    for other in SocketDirection.all {
      let filter = SocketFilter.direction(other).resolving(Self.directions)
      #expect(filter.evaluate(socket) == (other == direction), "\(other)")
      #expect((!SocketFilter.direction(other)).resolving(Self.directions).evaluate(socket) == (other != direction))
    }
  }

  @Test func recordAloneDoesNotTell() throws {
    let filter = try SocketFilter("direction = inbound")
    #expect(filter.evaluate(Self.cases[1].socket) == nil)
    #expect(filter.namesDirections)
    #expect(filter.statesToAskFor == .all)
  }

  @Test func languageHasTheCondition() throws {
    for direction in SocketDirection.all {
      #expect(try SocketFilter("direction \(direction)") == .direction(direction))
      #expect(try SocketFilter("not direction = \(direction)") == !.direction(direction))
      #expect(try SocketFilter("direction != \(direction)") == !.direction(direction))
      #expect(try SocketFilter(SocketFilter.direction(direction).description) == .direction(direction))
    }
    let error = #expect(throws: FilterError.self) { try SocketFilter("direction = upwards") }
    #expect(error?.description.contains("listening, inbound, outbound or local") == true)
  }

  @Test func namesAreStable() {
    #expect(SocketDirection.all.map(\.description) == ["listening", "inbound", "outbound", "local"])
    #expect(SocketDirection(name: "inbound") == .inbound)
    #expect(SocketDirection(name: "in") == nil)
    #expect(SocketDirection(rawValue: 9).description == "9")
  }
}
