import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// A tracker beside real sockets: those that stay are in each round once, and those that come and go are all accounted for.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct TrackerTests {
  /// What a tracker reported of some sockets.
  private struct Account: Sendable {
    /// How often each cookie was present, in the last round.
    var present: [UInt64: Int] = [:]
    /// Bytes received by each socket that ended, by cookie.
    var ended: [UInt64: UInt64] = [:]
    /// Sockets that ended twice.
    var endedTwice = 0
    var missed = 0
    var awaited = 0

    mutating func poll(_ tracker: inout SocketTracker, _ inspector: inout SocketInspector) throws {
      present = [:]
      var account = self
      let round = try tracker.update(&inspector) { tracked in
        let cookie = tracked.socket.cookie?.rawValue ?? 0
        if tracked.change != .ended {
          if tracked.socket.state != .timeWait { account.present[cookie, default: 0] += 1 }
        } else if tracked.isFinalRecord {
          if account.ended[cookie] != nil { account.endedTwice += 1 }
          account.ended[cookie] = tracked.socket.counters?.bytesReceived
        }
      }
      self = account
      missed += round.missedEnds?.dropped ?? 0
      awaited = round.awaited
    }
  }

  @Test func everyShortConnectionIsAccountedForWithItsBytes() async throws {
    let (account, longLived, shortLived) = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 1000))
      func pair() throws -> (client: LabSocket, server: LabSocket) {
        let client = try laboratory.tcpClient(to: LabEndpoint(.loopbackV4, 1000))
        return (client, try listener.accept())
      }
      let stable = try (0..<30).map { _ in try pair() }
      let longLived = Set(try stable.flatMap { try [$0.client.cookie(), $0.server.cookie()] })
      var inspector = try SocketInspector()
      var tracker = SocketTracker(SocketQuery(.tcp, details: .tcpInfo), ends: try SocketEvents(.tcp))
      var account = Account()
      var servers: Set<UInt64> = []
      for number in 0..<200 {
        if number.isMultiple(of: 17) {
          try account.poll(&tracker, &inspector)
          // A walk may see each socket once only, and the long-lived ones always.
          guard longLived.allSatisfy({ account.present[$0] == 1 }) else {
            throw LaboratoryError(.misuse, "\(account.present)")
          }
        }
        let (client, server) = try pair()
        servers.insert(try server.cookie())
        _ = try client.send(1_000)
        try client.shutdown(sending: true)
        try laboratory.wait("the bytes") { try inspector.hasReceived(1_001, try server.cookie()) }
        // Some end between two looks, and some are seen first.
        if number.isMultiple(of: 5) { try account.poll(&tracker, &inspector) }
        server.close()
        client.close()
      }
      try laboratory.wait("the announcements") {
        try account.poll(&tracker, &inspector)
        return servers.isSubset(of: account.ended.keys) && account.awaited == 0
      }
      withExtendedLifetime(stable) {}
      return (account, longLived, servers)
    }
    #expect(account.missed == 0)
    #expect(account.endedTwice == 0)
    #expect(shortLived.count == 200)
    // The kernel counts the end of the peer's stream as a byte.
    #expect(shortLived.allSatisfy { account.ended[$0] == 1_001 })
    #expect(longLived.allSatisfy { account.present[$0] == 1 && account.ended[$0] == nil })
  }

  @Test func directionsFollowTheListenersOfTheNamespace() async throws {
    let (counts, ports) = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 1000))
      let client = try laboratory.tcpClient(to: LabEndpoint(.loopbackV4, 1000))
      let server = try listener.accept()
      defer { withExtendedLifetime((client, server)) {} }
      var inspector = try SocketInspector()
      var counts: [SocketDirection: Int] = [:]
      for direction in SocketDirection.all {
        counts[direction] = try inspector.dump(SocketQuery(.tcp, matching: .direction(direction))).sockets.count
      }
      return (counts, try inspector.directions(.tcp).listeningPorts)
    }
    #expect(counts == [.listening: 1, .local: 2, .inbound: 0, .outbound: 0])
    #expect(ports == PortSet(1000))
  }

  @Test func walkAndCountsAgreeWithADump() async throws {
    let (dumped, walked, counted) = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 1000))
      let clients = try (0..<50).map { _ in try laboratory.tcpClient(to: LabEndpoint(.loopbackV4, 1000)) }
      defer { withExtendedLifetime((listener, clients)) {} }
      var inspector = try SocketInspector()
      let query = SocketQuery(.tcp, states: .all)
      let dumped = try inspector.dump(query).sockets
      var walk = try inspector.begin(query)
      var walked: [InetSocket] = []
      while try inspector.next(
        &walk,
        { socket in
          walked.append(socket)
          return .continue
        })
      {}
      return (dumped, walked, try inspector.stateCounts(query))
    }
    #expect(Set(walked.map(\.cookie)) == Set(dumped.map(\.cookie)))
    #expect(counted.total == dumped.count)
    #expect(counted[.listen] == 1)
  }

  @Test func samplesOfARealKernelEndWithTheirTask() async throws {
    let samples = try SocketInspector().samples(every: .milliseconds(1)) { inspector throws(SockDiagError) in
      try inspector.stateCounts(SocketQuery(.tcp, states: .all)).total
    }
    var count = 0
    for try await sample in samples {
      #expect(sample.value >= 0)
      count += 1
      if count == 20 { break }
    }
    #expect(count == 20)
  }
}

extension SocketInspector {
  /// Whether the socket with a cookie has received so many bytes.
  fileprivate mutating func hasReceived(_ count: UInt64, _ cookie: UInt64) throws -> Bool {
    try dump(SocketQuery(.tcp, details: .tcpInfo)).sockets
      .first { $0.cookie?.rawValue == cookie }?.tcpInfo?.bytesReceived == count
  }
}
