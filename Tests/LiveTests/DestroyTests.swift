import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

/// Destroying sockets in the running kernel, checked on the owner's side, the peer's side and with the inspector.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct DestroyTests {
  /// The error of a closure: the errno of the laboratory, or the code of the inspector; empty if it succeeded.
  private static func failure(_ body: () throws -> Void) -> String {
    do {
      try body()
      return ""
    } catch let error as LaboratoryError {
      return "errno \(error.errno)"
    } catch let error as SockDiagError {
      return error.code.rawValue
    } catch {
      return "\(error)"
    }
  }

  private struct NotThere: Error {}

  private static func there<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw NotThere() }
    return value
  }

  private static func errno(_ number: Int32) -> String { "errno \(number)" }

  /// The endpoints of server and client on loopback: IPv4, IPv6 and IPv4-mapped.
  struct Place: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var address: LabAddress
    var server: LabEndpoint { LabEndpoint(address, 8080) }
    var client: LabEndpoint { LabEndpoint(address, 40000) }
    var options: [SocketOption] { address.isMapped ? [.v6Only(false)] : [] }

    static let all = [
      Place(testDescription: "IPv4", address: .loopbackV4), Place(testDescription: "IPv6", address: .loopbackV6),
      Place(testDescription: "IPv4-mapped", address: LabAddress.loopbackV4.mapped),
    ]
  }

  // MARK: What becomes of it

  /// Each socket of each situation is destroyed, or the kernel refuses for an expected reason.
  @Test(arguments: Situation.all)
  func everySocketIsDestroyedOrTheRefusalIsReported(_ situation: Situation) async throws {
    let (outcomes, left) = try await Laboratory.withNew { laboratory in
      let scene = try situation.build(in: laboratory)
      return try withExtendedLifetime(scene) {
        var inspector = try SocketInspector()
        // From the last to the first, so that a socket does not hide one that is destroyed later.
        let sockets = Array(try inspector.everything().reversed())
        var outcomes: [[String]] = []
        for socket in sockets {
          let ports = [socket.local.port, socket.remote.port]
          let hasItsPeerHere = sockets.contains { [$0.remote.port, $0.local.port] == ports }
          let outcome = Self.failure { try inspector.destroy(socket) }
          outcomes.append([socket.state.description, outcome, hasItsPeerHere ? "peer" : ""])
        }
        let done = Set(zip(sockets, outcomes).filter { $1[1].isEmpty }.map(\.0.cookie))
        let left = try inspector.everything().filter { done.contains($0.cookie) }.map(\.state.description)
        return (outcomes, left)
      }
    }
    #expect(!outcomes.isEmpty)
    for outcome in outcomes {
      let allowed: [String] =
        switch outcome[0] {
        case "bound-inactive": ["only-bound"]
        case "listen" where situation.name.hasPrefix("mptcp"): ["destroy-unsupported"]
        case "close" where situation.name.hasSuffix("reuse-address"): ["", "shadowed"]
        // The end of one connection resets the other end.
        case _ where outcome[2] == "peer": ["", "gone"]
        default: [""]
        }
      #expect(allowed.contains(outcome[1]), "\(outcome)")
    }
    // A socket keeps its port if its program chose the port.
    #expect(Set(left).isSubset(of: ["bound-inactive", "close"]))
  }

  @Test(arguments: Place.all)
  func destroyedConnectionIsAbortedHereAndResetAtThePeer(_ place: Place) async throws {
    let (owner, peer, again) = try await Laboratory.withNew { laboratory in
      let pair = try laboratory.connectedPair(
        to: place.server, clientOptions: place.options, serverOptions: place.options)
      var inspector = try SocketInspector()
      let server = SocketAddress(place.server)
      let client = try Self.there(
        try inspector.socket(.tcp, local: server, remote: SocketAddress(try pair.client.local())))
      try inspector.destroy(client)
      return (
        Self.failure { try pair.server.discard() }, Self.failure { try pair.client.discard() },
        Self.failure { try inspector.destroy(client) }
      )
    }
    #expect(owner == Self.errno(ECONNABORTED))
    #expect(peer == Self.errno(ECONNRESET))
    #expect(again == "gone")
  }

  @Test(arguments: Place.all)
  func destroyedListenerKeepsItsPortUntilClosed(_ place: Place) async throws {
    let (accepting, waiting, bindings, again, closed) = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: place.server, options: place.options)
      let client = try laboratory.tcpClient(to: place.server, options: place.options)
      try listener.wait(forWaiting: 1)
      var inspector = try SocketInspector()
      let socket = try Self.there(try inspector.socket(.tcp, local: SocketAddress(place.server)))
      try inspector.destroy(socket)
      func bind() -> String {
        Self.failure { _ = try laboratory.boundSocket(to: place.server, options: place.options) }
      }
      let accepting = Self.failure { _ = try listener.accept() }
      let waiting = Self.failure { try client.discard() }
      var bindings = [bind()]
      let again = Self.failure { try inspector.destroy(socket) }
      listener.close()
      _ = try settled {
        bindings.append(bind())
        return bindings.last == "" ? [] : ["still bound"]
      }
      return (accepting, waiting, bindings, again, Self.failure { try inspector.destroy(socket) })
    }
    #expect(accepting == Self.errno(EINVAL))
    #expect(waiting == Self.errno(ECONNRESET))
    #expect(bindings.first == Self.errno(EADDRINUSE))
    #expect(bindings.last == "")
    #expect(again == "only-bound")
    #expect(closed == "gone")
  }

  @Test(arguments: ["time-wait", "syn-recv"], ["tcp4", "tcp6", "tcp-v4-mapped"])
  func recordWithoutDescriptorIsRemoved(_ state: String, _ prefix: String) async throws {
    let situation = try #require(Situation.named("\(prefix)-\(state)"))
    let (before, after) = try await Laboratory.withNew { laboratory in
      let scene = try situation.build(in: laboratory)
      return try withExtendedLifetime(scene) {
        var inspector = try SocketInspector()
        let query = SocketQuery(.tcp, states: .bucket)
        let before = try inspector.dump(query).sockets
        for socket in before { try inspector.destroy(socket) }
        return (before.map(\.state.description), try inspector.dump(query).sockets.count)
      }
    }
    #expect(before == [state])
    #expect(after == 0)
  }

  @Test(arguments: Place.all, [true, false])
  func destroyedUDPSocketIsDisconnectedAndStillReceives(_ place: Place, _ isConnected: Bool) async throws {
    let (error, after, count) = try await Laboratory.withNew { laboratory in
      let socket = try laboratory.udpSocket(
        bound: place.server, connectedTo: isConnected ? place.client : nil, options: place.options)
      var inspector = try SocketInspector()
      let all = SocketQuery(.udp)
      try inspector.destroy(try Self.there(try inspector.dump(all).sockets.first))
      let error = Self.failure { try socket.discard() }
      let after = try inspector.dump(all).sockets.map(\.description)
      try laboratory.udpSocket(connectedTo: place.server, options: place.options).send(7)
      return (error, after, try socket.discard())
    }
    #expect(error == Self.errno(ECONNABORTED))
    #expect(after.count == 1 && after[0].hasPrefix("udp close \(SocketAddress(place.server))"))
    #expect(count == 7)
  }

  @Test func udpSocketWithKernelChosenPortLosesThePort() async throws {
    let (left, again) = try await Laboratory.withNew { laboratory in
      let socket = try laboratory.udpSocket(connectedTo: LabEndpoint(.loopbackV4, 53))
      return try withExtendedLifetime(socket) {
        var inspector = try SocketInspector()
        let record = try Self.there(try inspector.dump(SocketQuery(.udp)).sockets.first)
        try inspector.destroy(record)
        return (
          try inspector.dump(SocketQuery(.udp)).sockets.count, Self.failure { try inspector.destroy(record) }
        )
      }
    }
    #expect(left == 0)
    #expect(again == "gone")
  }

  @Test func destroyedUDPSocketLosesItsDevice() async throws {
    let interfaces = try await Laboratory.withNew { laboratory in
      let socket = try laboratory.udpSocket(bound: LabEndpoint(.anyV4, 68), options: [.bindToDevice("lo")])
      return try withExtendedLifetime(socket) {
        var inspector = try SocketInspector()
        let before = try Self.there(try inspector.dump(SocketQuery(.udp)).sockets.first)
        try inspector.destroy(before)
        return [before.interfaceIndex] + (try inspector.dump(SocketQuery(.udp)).sockets.map(\.interfaceIndex))
      }
    }
    #expect(interfaces == [1, 0])
  }

  // MARK: That one and no other

  @Test(arguments: Place.all)
  func newConnectionWithTheSameAddressesIsNotDestroyed(_ place: Place) async throws {
    let (outcome, count) = try await Laboratory.withNew { laboratory in
      let reset = place.options + [.reuseAddress, .linger(seconds: 0)]
      let listener = try laboratory.tcpListener(on: place.server, options: place.options)
      let first = try laboratory.tcpClient(from: place.client, to: place.server, options: reset)
      let accepted = try listener.accept()
      var inspector = try SocketInspector()
      let (local, remote) = (SocketAddress(place.client), SocketAddress(place.server))
      let record = try Self.there(try inspector.socket(.tcp, local: local, remote: remote))
      accepted.close()
      first.close()
      var second: LabSocket?
      _ = try settled {
        second = try? laboratory.tcpClient(from: place.client, to: place.server, options: reset)
        return second == nil ? ["the addresses are taken"] : []
      }
      let server = try listener.accept()
      let current = try Self.there(try inspector.socket(.tcp, local: local, remote: remote))
      guard current.cookie != record.cookie else { return ("the same socket", 0) }
      let outcome = Self.failure { try inspector.destroy(record) }
      try second?.send(11)
      return (outcome, try server.discard())
    }
    #expect(outcome == "gone")
    #expect(count == 11)
  }

  /// Among sockets that share a port, the kernel picks one by its own rule.
  @Test(arguments: [TransportProtocol.tcp, .udp], [LabAddress.loopbackV4, .anyV4, .loopbackV6, .anyV6])
  func eachMemberOfAGroupIsDestroyedAlone(_ kind: TransportProtocol, _ address: LabAddress) async throws {
    let place = LabEndpoint(address, 8080)
    let complaints = try await Laboratory.withNew { laboratory in
      let group = try (0..<24).map { _ in
        kind == .tcp
          ? try laboratory.tcpListener(on: place, options: [.reusePort])
          : try laboratory.udpSocket(bound: place, options: [.reusePort])
      }
      return try withExtendedLifetime(group) {
        var inspector = try SocketInspector()
        let query = SocketQuery(kind, states: kind == .tcp ? .listen : .all)
        var left = try inspector.dump(query).sockets
        var complaints = left.count == group.count ? [] : ["\(left.count) sockets"]
        while let one = left.popLast() {
          try inspector.destroy(one)
          // A destroyed UDP socket stays in the table, so its owner is asked instead.
          let hit = kind == .udp ? try group.filter { try $0.takePendingError() == ECONNABORTED }.count : 1
          let alive = try inspector.dump(query).sockets.map(\.cookie)
          if hit != 1 { complaints.append("\(hit) sockets were hit") }
          if kind == .tcp, Set(alive) != Set(left.map(\.cookie)) { complaints.append("\(alive.count) are left") }
        }
        return complaints
      }
    }
    #expect(complaints.isEmpty)
  }

  /// On the wildcard address, a destroyed UDP socket leaves its group. The kernel then finds it before the others if it
  /// precedes them in its table. A dump has the order of the table.
  @Test(arguments: [LabAddress.anyV4, .anyV6])
  func groupIsDestroyedFromLastToFirst(_ address: LabAddress) async throws {
    let (forwards, backwards) = try await Laboratory.withNew { laboratory in
      var inspector = try SocketInspector()
      return try (outcomes(port: 1000) { $0 }, outcomes(port: 1001) { $0.reversed() })

      func outcomes(port: UInt16, in order: ([InetSocket]) -> [InetSocket]) throws -> [String] {
        let place = LabEndpoint(address, port)
        let group = try (0..<4).map { _ in try laboratory.udpSocket(bound: place, options: [.reusePort]) }
        return try withExtendedLifetime(group) {
          let sockets = try inspector.dump(SocketQuery(.udp, matching: .localPort == port)).sockets
          return order(sockets).map { socket in Self.failure { try inspector.destroy(socket) } }
        }
      }
    }
    #expect(forwards == ["", "shadowed", "shadowed", "shadowed"])
    #expect(backwards == ["", "", "", ""])
  }

  /// Without SO_REUSEPORT the kernel always picks the same socket, whatever the peer.
  @Test func socketThatTheKernelCannotFindIsLeftAlone() async throws {
    let (outcomes, errors) = try await Laboratory.withNew { laboratory in
      let place = LabEndpoint(.loopbackV4, 5353)
      let pair = try (0..<2).map { _ in try laboratory.udpSocket(bound: place, options: [.reuseAddress]) }
      var inspector = try SocketInspector()
      let records = try inspector.dump(SocketQuery(.udp)).sockets
      let outcomes = records.map { record in Self.failure { try inspector.destroy(record) } }
      return (outcomes.sorted(), try pair.map { try $0.takePendingError() }.sorted())
    }
    #expect(outcomes == ["", "shadowed"])
    #expect(errors == [0, ECONNABORTED])
  }

  @Test func reconnectedUDPSocketIsFound() async throws {
    let outcome = try await Laboratory.withNew { laboratory in
      let place = LabEndpoint(.loopbackV4, 5353)
      let socket = try laboratory.udpSocket(bound: place, connectedTo: LabEndpoint(.loopbackV4, 53))
      var inspector = try SocketInspector()
      let record = try Self.there(try inspector.dump(SocketQuery(.udp)).sockets.first)
      try socket.connect(to: LabEndpoint(.loopbackV4, 54))
      try inspector.destroy(record)
      return Self.failure { try socket.discard() }
    }
    #expect(outcome == Self.errno(ECONNABORTED))
  }

  @Test func listenerOnADeviceIsDistinguishedFromItsNeighbour() async throws {
    let left = try await Laboratory.withNew { laboratory in
      let place = LabEndpoint(.anyV4, 8080)
      let sockets = [
        try laboratory.tcpListener(on: place, options: [.reuseAddress, .bindToDevice("lo")]),
        try laboratory.tcpListener(on: place, options: [.reuseAddress, .bindToDevice(try laboratory.wireName())]),
      ]
      return try withExtendedLifetime(sockets) {
        var inspector = try SocketInspector()
        let query = SocketQuery(.tcp, states: .listen)
        let listeners = try inspector.dump(query).sockets
        try inspector.destroy(try Self.there(listeners.first { $0.interfaceIndex == 1 }))
        return try inspector.dump(query).sockets.map { $0.interfaceIndex == 1 }
      }
    }
    #expect(left == [false])
  }

  @Test func recordFromProcNetIsNotSent() async throws {
    let (outcome, left) = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080))
      return try withExtendedLifetime(listener) {
        var inspector = try SocketInspector()
        let query = SocketQuery(.tcp, states: .listen)
        let record = try Self.there(try ProcNet.dump(query).sockets.first)
        return (Self.failure { try inspector.destroy(record) }, try inspector.dump(query).sockets.count)
      }
    }
    #expect(outcome == "missing-cookie")
    #expect(left == 1)
  }

  @Test func recordingOfADestructionHasNoDefect() async throws {
    let (again, summary) = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 8080))
      return try withExtendedLifetime(listener) {
        try RecordingTests.withFile { path in
          var inspector = try SocketInspector()
          let again = try inspector.recording(to: path) { inspector in
            let query = SocketQuery(.tcp, family: .inet, states: .listen)
            let record = try Self.there(try inspector.dump(query).sockets.first)
            try inspector.destroy(record)
            return Self.failure { try inspector.destroy(record) }
          }
          return (again, try RecordingTests.decode(path).summary)
        }
      }
    }
    #expect(again == "only-bound")
    // Once as a listener, and once as the socket that remains after it was destroyed.
    #expect(summary.sockets == 2)
    #expect(summary.faults.isEmpty)
    #expect(summary.isComplete)
  }
}

extension Laboratory {
  /// The name of a second device.
  fileprivate func wireName() throws -> String {
    _ = try wire()
    return Wire.deviceName
  }
}
