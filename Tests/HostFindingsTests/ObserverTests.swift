import HostFindings
import SockDiag
import SocketLaboratory
import SocketLaboratoryKit
import SocketOwners
import Testing

/// Counters that rise between two moments, in a new namespace.
@Suite(.enabled(if: LabNamespace.isPermitted, "needs the right to make network namespaces"))
struct ObserverTests {
  /// Observes the events in a new namespace.
  private func facts(
    _ settings: [String: Int] = [:], before: @escaping @Sendable (Laboratory) throws -> Void = { _ in },
    meanwhile: @escaping @Sendable (Laboratory) throws -> Void
  ) async throws -> HostFacts {
    try await Laboratory.withNew { laboratory in
      for (name, value) in settings { try laboratory.namespace.set(name, to: value) }
      try before(laboratory)
      var observer = try HostObserver()
      try meanwhile(laboratory)
      return try observer.facts()
    }
  }

  /// Waits until the listener sees all clients.
  private static func waitForOverflows(_ count: UInt64) throws {
    _ = try settled {
      let overflows = NetworkCounters().listenOverflows ?? 0
      return overflows >= count ? [] : ["\(overflows) overflows"]
    }
  }

  @Test func droppedConnectionsAreFound() async throws {
    let place = LabEndpoint(.loopbackV4, 80)
    let facts = try await facts { laboratory in
      _ = try laboratory.tcpListener(on: place, backlog: 1)
    } meanwhile: { laboratory in
      for _ in 0..<4 { _ = try laboratory.tcpClient(to: place) }
      try Self.waitForOverflows(2)
    }
    let findings = facts.findings()
    #expect(findings.map(\.rule) == [.acceptQueue, .listenOverflow])
    #expect(findings.first?.figure == 2 && findings.first?.limit == 1)
    #expect(facts.defects.isComplete && facts.udpDefects.isComplete && facts.substitution == nil)
  }

  /// A server that does not accept, in a process of its own.
  @Test func holdersOfTheSocketsAreNamed() async throws {
    let place = LabEndpoint(.loopbackV4, 80)
    let (named, unnamed, pid) = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: place, backlog: 0)
      let inode = listener.inode
      let subject = try Subject(Subject.Script.plain, holding: [listener])
      try Subject.waitUntilAloneWith([inode], [subject])
      var observer = try HostObserver()
      for _ in 0..<3 { _ = try laboratory.tcpClient(to: place) }
      try Self.waitForOverflows(2)
      return try withExtendedLifetime(subject) {
        (try observer.facts(), try observer.facts(findsHolders: false), subject.pid)
      }
    }
    #expect(named.findings().first?.subject.process == FilterHolder(processID: pid, command: "sh"))
    #expect(named.findings().first?.text.contains("sh (pid \(pid))") == true)
    #expect(named.ownersError == nil && unnamed.holders.isEmpty)
    #expect(!unnamed.findings().isEmpty && unnamed.findings().allSatisfy { $0.subject.process == nil })
  }

  /// Without proc there are findings, but no names.
  @Test func missingProcessesAreNoError() async throws {
    let facts = try await Laboratory.withNew { laboratory in
      let listener = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 80))
      return try withExtendedLifetime(listener) {
        var observer = try HostObserver(procRoot: "/nowhere")
        return try observer.facts()
      }
    }
    #expect(facts.listeners.count == 1 && facts.holders.isEmpty)
    #expect(facts.ownersError?.code == .missingProc)
  }

  @Test func pastOverflowsAreNotFound() async throws {
    let place = LabEndpoint(.loopbackV4, 80)
    let facts = try await facts { laboratory in
      let listener = try laboratory.tcpListener(on: place, backlog: 0)
      _ = try laboratory.tcpClient(to: place)
      try listener.wait(forWaiting: 1)
      let others = try (0..<2).map { _ in try laboratory.tcpClient(to: place) }
      try Self.waitForOverflows(2)
      // Before there is room: a SYN that arrives only now would be accepted.
      for client in others { client.close() }
      _ = try listener.accept()
    } meanwhile: { _ in
    }
    #expect((facts.counters.listenOverflows ?? 0) > 0)
    #expect(facts.findings() == [])
  }

  /// Connections that this side closes first.
  private static func makeTimeWaits(_ count: Int, _ port: UInt16, _ laboratory: Laboratory) throws {
    for index in 0..<count {
      let pair = try laboratory.connectedPair(to: LabEndpoint(.loopbackV4, port + UInt16(index)))
      pair.client.close()
      try pair.server.discard()
      pair.server.close()
      pair.listener.close()
    }
    // A child that is being started may hold a copy of what was closed.
    _ = try settled {
      let counters = NetworkCounters()
      let isOver = count <= 5 || (counters.timeWaitOverflows ?? 0) > 0
      return counters.timeWaits == UInt64(min(count, 5)) && isOver ? [] : ["not all are in TIME_WAIT"]
    }
  }

  @Test(arguments: [(3, [FindingRule]()), (4, [.timeWaitCount]), (8, [.timeWaitOverflow, .timeWaitCount])])
  func timeWaitIsFoundNearItsLimitAndBeyond(_ count: Int, _ expected: [FindingRule]) async throws {
    let facts = try await facts(["net.ipv4.tcp_max_tw_buckets": 5]) { laboratory in
      try Self.makeTimeWaits(count, 1000, laboratory)
    }
    #expect(facts.findings().map(\.rule) == expected)
  }

  @Test func portsChosenByTheKernelAreKnown() async throws {
    let (facts, chosen, asked) = try await Laboratory.withNew { laboratory in
      let chosen = try laboratory.tcpListener(on: LabEndpoint(.loopbackV4, 0))
      let asked = try laboratory.tcpListener(on: LabEndpoint(.loopbackV6, 40000))
      let unbound = try laboratory.socket(.tcp, v6: false)
      try unbound.listen(backlog: 1)
      var observer = try HostObserver()
      return (try observer.facts(), [chosen.inode, unbound.inode], asked.inode)
    }
    #expect(facts.listenersWithChosenPort == Set(chosen))
    #expect(facts.listeners.map(\.inode).contains(asked) && facts.listeners.count == 3)
  }

  /// The basis of `closeWait`: the FIN acknowledges data, so the time since the last acknowledgement is no longer than
  /// CLOSE_WAIT, even if no data came for much longer.
  @Test func timeInCloseWaitComesFromTheLastAcknowledgement() async throws {
    let facts = try await Laboratory.withNew { laboratory in
      let pair = try laboratory.connectedPair(to: LabEndpoint(.loopbackV4, 80))
      _ = try laboratory.namespace.run(["sleep", "0.5"])
      try pair.client.shutdown(sending: true)
      try pair.server.discard()
      var observer = try HostObserver()
      return try observer.facts()
    }
    let info = try #require(facts.sockets.first { $0.state == .closeWait }?.tcpInfo)
    let data = try #require(info.sinceLastDataReceived)
    let acknowledgement = try #require(info.sinceLastAcknowledgementReceived)
    #expect(data - acknowledgement >= .milliseconds(450))
  }
}
