import BindDiagnosis
import BindTrace
import Glibc
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// Which failed calls are reported, and which are only counted.
struct FailureLedgerTests {
  private func failure(
    _ kind: BindCall.Kind = .bind, port: UInt16 = 8080, errno: Int32 = EADDRINUSE, path: String? = nil,
    protocol: TransportProtocol? = .tcp
  ) -> Failure {
    // No process has this id, so the program has no name.
    var call = BindCall(
      kind, errno: errno, processID: .max, threadID: 7, descriptor: 3, family: .inet, protocol: `protocol`)
    if let path {
      (call.family, call.unixName) = (AddressFamily(rawValue: 1), path)
    } else {
      call.address = SocketAddress(.anyV4, port: port)
    }
    return Failure(call)
  }

  @Test func onlyTheFirstFailureOfAKindIsReported() {
    let ledger = FailureLedger()
    #expect(ledger.isWanted(failure()))
    #expect(!ledger.isWanted(failure()) && !ledger.isWanted(failure()))
    for other in [failure(.listen), failure(port: 8081), failure(errno: EACCES), failure(path: "/run/a")] {
      #expect(ledger.isWanted(other))
      #expect(!ledger.isWanted(other))
    }
    #expect(ledger.repeats.map(\.count) == [2, 1, 1, 1, 1])
    #expect(ledger.repeats.first?.failure == failure())
    #expect(ledger.unlistedCount == 0)
  }

  @Test func failuresBeyondTheLimitAreOnlyCounted() {
    let ledger = FailureLedger()
    let wanted = (0..<100).filter { ledger.isWanted(failure(port: UInt16($0))) }
    #expect(wanted == Array(0..<FailureLedger.failureLimit))
    #expect(ledger.unlistedCount == 100 - FailureLedger.failureLimit)
    #expect(ledger.repeats.isEmpty)
    #expect(!ledger.isWanted(failure(port: 0)) && ledger.repeats.map(\.count) == [1])
  }

  @Test func diagnosesBeyondTheLimitAreLines() {
    let ledger = FailureLedger()
    let treatments = (0..<UInt16(12)).map { port in
      _ = ledger.isWanted(failure(port: port))
      return ledger.treatment(of: failure(port: port))
    }
    #expect(treatments == Array(repeating: .diagnosis, count: 10) + [.line, .line])
  }

  @Test(arguments: [(BindCall.Kind.connect, nil), (.connect, "/run/a"), (.bind, "/run/a"), (.listen, "/run/a")])
  func onlyPortsToBindAreDiagnosed(_ kind: BindCall.Kind, _ path: String?) {
    let ledger = FailureLedger()
    for _ in 0..<20 { #expect(ledger.treatment(of: failure(kind, path: path)) == .line) }
    #expect(ledger.treatment(of: failure()) == .diagnosis)
  }

  @Test func harmlessConnectFailuresAreIgnored() {
    #expect(failure(.connect, errno: ENOENT, path: "/var/run/nscd/socket").isUsual)
    #expect(failure(.connect, errno: ENETUNREACH, protocol: .udp).isUsual)
    #expect(!failure(.connect, errno: ENETUNREACH).isUsual)
    #expect(!failure(.connect, errno: ECONNREFUSED, protocol: .udp).isUsual)
    #expect(!failure(errno: EADDRNOTAVAIL, protocol: .udp).isUsual)
    #expect(!failure(.connect, errno: ENOENT, path: "/run/a").isUsual)
  }

  /// The obstacles of 127.0.0.1:8080 while something listens there, while there is one connection, then two, and while
  /// there is nothing.
  private static func obstacles() async throws -> (listener: Obstacles, connections: [Obstacles], free: Obstacles) {
    try await Laboratory.withNew { laboratory in
      let place = LabEndpoint(.loopbackV4, 8080)
      func look() throws -> Obstacles {
        let request = BindRequest(.tcp, SocketAddress(IPAddress(v4: 0x7f00_0001), port: 8080), uid: 0)
        var diagnostician = try Diagnostician()
        return Obstacles(try diagnostician.diagnose(request, .harmless))
      }
      let free = try look()
      let listener = try laboratory.tcpListener(on: place)
      let first = try look()
      listener.close()
      var pairs: [ConnectedPair] = []
      let connections = try (0..<2).map { _ in
        let pair = try laboratory.connectedPair(to: place, serverOptions: [.reuseAddress])
        pair.listener.close()
        pairs.append(pair)
        return try look()
      }
      return withExtendedLifetime(pairs) { (first, connections, free) }
    }
  }

  @Test(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
  func repeatsAreDiagnosedAtGrowingIntervalsAndReportedIfTheCauseChanged() async throws {
    let (listener, connections, free) = try await Self.obstacles()
    #expect(connections[0] == connections[1] && connections[0] != listener && listener != free)
    let ledger = FailureLedger()
    let begin = ContinuousClock.now
    func isWanted(after seconds: Int) -> Bool { ledger.isWanted(failure(), at: begin + .seconds(seconds)) }
    func note(_ obstacles: Obstacles, after seconds: Int) -> Bool {
      ledger.note(failure(), obstacles, at: begin + .seconds(seconds))
    }
    #expect(isWanted(after: 0))
    #expect(ledger.treatment(of: failure()) == .diagnosis)
    // Another thread, while the first call is being reported.
    #expect(!isWanted(after: 11))
    #expect(note(listener, after: 20))
    #expect(!isWanted(after: 29))
    #expect(isWanted(after: 30))
    #expect(!isWanted(after: 31))
    #expect(ledger.treatment(of: failure()) == .newDiagnosis(repeats: 4))
    #expect(!note(listener, after: 31))
    #expect(ledger.repeats.map(\.count) == [4])
    #expect(!isWanted(after: 50))
    #expect(isWanted(after: 51))
    #expect(ledger.treatment(of: failure()) == .newDiagnosis(repeats: 6))
    #expect(note(connections[0], after: 51))
    #expect(ledger.repeats.isEmpty)
    #expect(!isWanted(after: 90))
    #expect(isWanted(after: 91))
    // The fifth to the tenth; after that there are no more.
    for _ in 0..<7 { _ = ledger.treatment(of: failure()) }
    #expect(!note(connections[1], after: 91))
    #expect(!isWanted(after: 100_000))
  }

  @Test func figuresAreGrouped() {
    let figures = [0, 7, 999, 1000, 3199, 1_234_567, -1000].map(Figure.grouped)
    #expect(figures == ["0", "7", "999", "1,000", "3,199", "1,234,567", "-1,000"])
  }

  // MARK: Names of UNIX sockets

  /// Names of which not every byte is known cannot be asked about.
  @Test(arguments: [
    ("/run/app.sock", "sockdiag why /run/app.sock"), ("app sock", "sockdiag why '/srv/app sock'"),
    ("@name", "sockdiag why @name"), ("@a\\b", "sockdiag why '@a\\\\b'"), ("@a@b", "sockdiag list -xap"),
    ("/run/a\u{fffd}", "sockdiag list -xap"),
  ])
  func takenNameComesWithACommandThatShowsItsHolder(_ name: String, _ command: String) throws {
    let cause = try #require(failure(path: name).cause(in: "/srv"))
    #expect(cause.contains("'\(command)' shows"), "\(cause)")
  }
}
