import ArgumentParser
import BindDiagnosis
import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// Popular advice about a port in use, tried on the kernel.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct FolkloreTests {
  private static let at = LabEndpoint(.loopbackV4, 8080)

  private static func bind(_ options: BindOptions = [], uid: UInt32 = 0) throws -> Int32 {
    try BindProbe.quietOutcome(of: BindRequest(.tcp, "127.0.0.1:8080", options: options, uid: uid))
  }

  /// The steps after a situation has been built.
  private func inside<Value: Sendable>(
    _ situation: BindSituation, sysctl: (name: String, value: Int)? = nil,
    _ body: @escaping @Sendable (Laboratory, BindScene) throws -> Value
  ) async throws -> Value {
    try await Laboratory.withNew { laboratory in
      if let sysctl { try laboratory.namespace.set(sysctl.name, to: sysctl.value) }
      let scene = try situation.build(in: laboratory)
      return try withExtendedLifetime(scene) { try body(laboratory, scene) }
    }
  }

  private func situation(_ name: String) throws -> BindSituation { try #require(BindSituation.named(name)) }

  @Test func timeWaitReuseDoesNotHelpBind() async throws {
    let errno = try await inside(situation("time-wait"), sysctl: ("net.ipv4.tcp_tw_reuse", 1)) { _, _ in
      try Self.bind()
    }
    #expect(errno == EADDRINUSE)
  }

  @Test func finTimeoutDoesNotShortenTimeWait() async throws {
    let rest = try await inside(situation("time-wait"), sysctl: ("net.ipv4.tcp_fin_timeout", 3)) { _, _ in
      try Why.parse(["127.0.0.1:8080"]).quietDiagnoses([]).first?.freeIn
    }
    #expect(try #require(rest) > .seconds(20))
  }

  /// The setting applies to an orphan in FIN_WAIT2: the other side has not closed.
  @Test func finTimeoutEndsAnOrphanInFinWait2() async throws {
    let complaints = try await Laboratory.withNew { laboratory in
      try laboratory.namespace.set("net.ipv4.tcp_fin_timeout", to: 5)
      let pair = try laboratory.connectedPair(to: Self.at)
      pair.listener.close()
      pair.server.close()
      return try withExtendedLifetime(pair.client) {
        #expect(try Self.bind() == EADDRINUSE)
        return try settled { try Self.bind() == 0 ? [] : ["still in use"] }
      }
    }
    #expect(complaints == [])
  }

  /// So it is offered for the next time, and not listed as useless.
  @Test func finTimeoutDoesNotAffectExistingOrphans() async throws {
    let (rest, remedies, misbeliefs) = try await Laboratory.withNew { laboratory in
      let pair = try laboratory.connectedPair(to: Self.at)
      pair.listener.close()
      pair.server.close()
      return try withExtendedLifetime(pair.client) {
        func diagnosis() throws -> Diagnosis? { try Why.parse(["127.0.0.1:8080"]).quietDiagnoses([]).first }
        _ = try settled { try diagnosis()?.blockers.first?.isHalfClosed == true ? [] : ["not yet in fin-wait-2"] }
        try laboratory.namespace.set("net.ipv4.tcp_fin_timeout", to: 5)
        let found = try diagnosis()
        return (found?.blockers.first?.socket.timer?.expires, found?.remedies, found?.misbeliefs)
      }
    }
    #expect(try #require(rest) > .seconds(20))
    #expect(remedies?.contains(.shortenFinTimeout) == true)
    #expect(misbeliefs?.contains(.finTimeout) == false)
  }

  @Test func reuseAddressBeatsTimeWaitOnlyIfTheOldSideHadIt() async throws {
    #expect(try await inside(situation("time-wait")) { _, _ in try Self.bind(.reuseAddress) } == EADDRINUSE)
    #expect(try await inside(situation("time-wait-reuseaddr")) { _, _ in try Self.bind(.reuseAddress) } == 0)
    #expect(try await inside(situation("time-wait-reuseaddr")) { _, _ in try Self.bind() } == EADDRINUSE)
  }

  @Test func withReuseAddressTwoBindButOnlyOneListens() async throws {
    let errno = try await Laboratory.withNew { laboratory -> Int32 in
      let first = try laboratory.boundSocket(to: Self.at, options: [.reuseAddress])
      let second = try laboratory.boundSocket(to: Self.at, options: [.reuseAddress])
      try first.listen(backlog: 1)
      do {
        try second.listen(backlog: 1)
        return 0
      } catch let error as LaboratoryError { return error.errno }
    }
    #expect(errno == EADDRINUSE)
  }

  @Test func reuseAddressSharesUDP() async throws {
    let answers = try await Laboratory.withNew { laboratory in
      _ = try laboratory.udpSocket(bound: Self.at, options: [.reuseAddress])
      return try [BindOptions(), .reuseAddress].map {
        try BindProbe.quietOutcome(of: BindRequest(.udp, "127.0.0.1:8080", options: $0, uid: 1000))
      }
    }
    #expect(answers == [EADDRINUSE, 0])
  }

  @Test func connectedUDPSocketKeepsItsPort() async throws {
    let answers = try await Laboratory.withNew { laboratory in
      _ = try laboratory.udpSocket(bound: Self.at, connectedTo: LabEndpoint(.loopbackV4, 9))
      return [
        try BindProbe.quietOutcome(of: BindRequest(.udp, "127.0.0.1:8080", uid: 0)),
        try BindProbe.quietOutcome(of: BindRequest(.udp, "0.0.0.0:8080", uid: 0)), try Self.bind(),
      ]
    }
    #expect(answers == [EADDRINUSE, EADDRINUSE, 0])
  }

  /// A TIME_WAIT record does not keep its user.
  @Test func reusePortIsForOneUserExceptForTimeWait() async throws {
    let answers = try await inside(situation("other-user")) { _, _ in
      [try Self.bind(.reusePort), try Self.bind(.reusePort, uid: 65534), try Self.bind(uid: 65534)]
    }
    #expect(answers == [EADDRINUSE, 0, EADDRINUSE])

    let beside = try await Laboratory.withNew { laboratory in
      try laboratory.leaveTimeWait(on: Self.at, options: [.reusePort])
      return [try Self.bind(), try Self.bind(.reusePort, uid: 1000)]
    }
    #expect(beside == [EADDRINUSE, 0])
  }

  @Test func backlogDoesNotAffectBind() async throws {
    let errno = try await inside(situation("listener"), sysctl: ("net.core.somaxconn", 65535)) { _, _ in
      try Self.bind()
    }
    #expect(errno == EADDRINUSE)
  }

  @Test func endingTheListenerLeavesItsConnections() async throws {
    let answers = try await Laboratory.withNew { laboratory in
      let pair = try laboratory.connectedPair(to: Self.at)
      pair.listener.close()
      return try withExtendedLifetime(pair) {
        let table = try laboratory.namespace.run(["ss", "-Hltn"]).outputText
        return (try Self.bind(), table)
      }
    }
    #expect(answers == (EADDRINUSE, ""))
  }

  /// ss and /proc do not show it; sockdiag does.
  @Test func destroyedListenerKeepsItsPortUnseen() async throws {
    let tool = try Tool.path
    let (errno, seen, own) = try await inside(situation("destroyed-listener")) { laboratory, _ in
      (
        try Self.bind(),
        try laboratory.namespace.run(["sh", "-c", "ss -Htan; tail -qn +2 /proc/self/net/tcp"]).outputText,
        try laboratory.namespace.run([tool, "list", "-HtaB"]).outputText
      )
    }
    #expect(errno == EADDRINUSE)
    #expect(seen == "")
    #expect(own.contains("127.0.0.1:8080"))
  }

  @Test func listOfListenersHidesOtherBlockers() async throws {
    for name in ["time-wait", "close-wait", "bound-only"] {
      let table = try await inside(situation(name)) { laboratory, _ in
        try laboratory.namespace.run(["ss", "-Hltn"]).outputText
      }
      #expect(table == "", "\(name)")
    }
    let clients = try await inside(situation("outgoing-connection")) { laboratory, scene in
      try laboratory.namespace.run(["ss", "-Hltn", "sport", "=", ":\(scene.port)"]).outputText
    }
    #expect(clients == "")
  }

  @Test func reservedPortsCanBeBoundByNumber() async throws {
    let errno = try await inside(situation("free"), sysctl: ("net.ipv4.ip_local_reserved_ports", 8080)) { _, _ in
      try Self.bind()
    }
    #expect(errno == 0)
  }

  @Test func exhaustedPortsGiveEachCallItsOwnError() async throws {
    let errnos = try await inside(situation("no-port-left")) { laboratory, _ -> [Int32] in
      func errno(_ body: () throws -> Void) throws -> Int32 {
        do { try body() } catch let error as LaboratoryError { return error.errno }
        return 0
      }
      // The kernel shares a port of its own choice between connections to several peers, but not a bound port.
      return [
        try errno { _ = try laboratory.boundSocket(to: LabEndpoint(.loopbackV4, 0)) },
        try errno { try laboratory.socket(.tcp, v6: false).listen(backlog: 1) },
        try errno { _ = try laboratory.tcpClient(to: LabEndpoint(.loopbackV4, 9)) },
      ]
    }
    #expect(errnos == [EADDRINUSE, EADDRINUSE, EADDRNOTAVAIL])
  }

  /// IP_BIND_ADDRESS_NO_PORT helps only programs that connect, and only if connections occupy the ports.
  @Test(arguments: [LabAddress.loopbackV4, .loopbackV6])
  func portLeftToConnectIsSharedWithConnections(_ own: LabAddress) async throws {
    let complaints = try await Laboratory.withNew { laboratory -> [String] in
      let servers = try [8443, 9443].map { try laboratory.tcpListener(on: LabEndpoint(own, $0)) }
      try laboratory.namespace.set("net.ipv4.ip_local_port_range", to: "40000 40000")
      func errno(after options: [SocketOption], _ body: (LabSocket) throws -> Void) throws -> Int32 {
        let socket = try laboratory.socket(.tcp, v6: own.isV6, options: options)
        defer { socket.close() }
        do {
          try socket.bind(to: LabEndpoint(own, 0))
          try body(socket)
        } catch let error as LaboratoryError { return error.errno }
        return 0
      }
      func remedies() throws -> [Remedy] {
        let place = own.isV6 ? "[::1]:0" : "127.0.0.1:0"
        return try Why.parse([place]).diagnoses([]).flatMap(\.remedies)
      }
      func answers() throws -> [Int32] {
        [
          try errno(after: []) { _ in },
          try errno(after: [.bindAddressNoPort]) { try $0.listen(backlog: 1) },
          try errno(after: [.bindAddressNoPort]) { try $0.connect(to: LabEndpoint(own, 9443)) },
        ]
      }
      var complaints: [String] = []
      func expect<Value: Equatable>(_ value: Value, _ expected: Value) {
        if value != expected { complaints.append("\(value) is not \(expected)") }
      }
      try withExtendedLifetime(servers) {
        let client = try laboratory.tcpClient(to: LabEndpoint(own, 8443))
        expect(try remedies(), [.widenPortRange, .choosePortInConnect])
        expect(try answers(), [EADDRINUSE, EADDRINUSE, 0])
        try client.set(.linger(seconds: 0))
        client.close()
      }
      return complaints
    }
    #expect(complaints == [])
  }

  @Test func otherNamespaceDoesNotConflict() async throws {
    #expect(try await inside(situation("other-namespace")) { _, _ in try Self.bind() } == 0)
  }

  /// IPv4 checks the address before the port, IPv6 after it.
  @Test func foreignAddressOnALowPortGivesTheErrorOfItsFamily() async throws {
    let errnos = try await inside(situation("free")) { _, _ in
      try ["198.51.100.1", "2001:db8:ff::1"].map { text -> Int32 in
        let place = try PortArgument(parsing: text.contains(":") ? "[\(text)]:80" : "\(text):80")
        guard case .addresses(let addresses) = place.place, let address = addresses.first else { return -1 }
        return try BindProbe.quietOutcome(of: BindRequest(.tcp, SocketAddress(address, port: 80), uid: 1000))
      }
    }
    #expect(errnos == [EADDRNOTAVAIL, EACCES])
  }
}
