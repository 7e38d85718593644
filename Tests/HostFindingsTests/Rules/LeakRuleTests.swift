import HostFindings
import SockDiag
import Testing

/// Sockets that are not closed, and orphans.
struct LeakRuleTests {
  private func leak(
    _ count: Int, of process: Int32 = 12, since milliseconds: Int? = 60_000, unread: Bool = false
  ) throws -> HostFacts {
    var facts = HostFacts()
    facts.sockets = try (0..<count).map {
      try Specimen.socket(
        "close-wait", "10.0.0.1:80", SocketAddress(IPAddress(v4: 0x0a00_0002), port: 1000 + UInt16($0)),
        inode: UInt32(100 + $0), uid: 33, queues: (unread ? 1 : 0, 0), lastAcknowledgement: milliseconds)
    }
    for socket in facts.sockets { facts.holders[socket.inode] = [FilterHolder(processID: process, command: "leaky")] }
    return facts
  }

  @Test func processWithManyCloseWaitsIsFound() throws {
    #expect(try leak(19).findings() == [])
    let finding = try #require(try leak(20).findings().first)
    #expect(finding.rule == .closeWait && finding.figure == 20 && finding.limit == 20)
    #expect(finding.subject.process?.processID == 12)
    #expect(
      finding.text
        == "leaky (pid 12) has not closed 20 connections that the peers closed 60 s ago or earlier (CLOSE_WAIT)")
    #expect(try leak(20, unread: true).findings().first?.advice.contains("it did not read 20 of them") == true)
  }

  @Test func freshCloseWaitsDoNotCount() throws {
    #expect(try leak(30, since: 59_999).findings() == [])
    var limits = FindingLimits()
    limits.closeWaitAge = .milliseconds(59_999)
    #expect(try leak(30, since: 59_999).findings(limits).count == 1)
    // If nothing shows their age, they all count.
    #expect(try leak(20, since: nil).findings().count == 1)
  }

  @Test(arguments: [Int.min, -1]) func negativeLimitCountsAsZero(limit: Int) throws {
    var limits = FindingLimits()
    limits.closeWaitCount = limit
    limits.rangeUsePercent = limit
    limits.sharePercent = limit
    #expect(try leak(1).findings(limits).first?.limit == 0)
  }

  @Test func eachSocketCountsForTheProcessThatMadeIt() throws {
    var facts = try leak(38)
    for inode in UInt32(100)..<119 { facts.holders[inode] = [FilterHolder(processID: 13, command: "other")] }
    #expect(facts.findings() == [])
    facts = try leak(20)
    for inode in facts.holders.keys { facts.holders[inode]?.append(FilterHolder(processID: 13, command: "child")) }
    #expect(facts.findings().map(\.subject.process?.processID) == [12])
  }

  @Test func hiddenProcessesAreNamedByTheirUser() throws {
    var facts = try leak(20)
    facts.holders = [:]
    let finding = try #require(facts.findings().first)
    #expect(finding.text.hasPrefix("a process that is hidden from you (user id 33) has not closed 20 connections"))
    #expect(finding.subject.process == nil)
  }

  @Test func holdersAreRequestedOnlyForPossibleFindings() throws {
    #expect(try leak(19).socketsToAttribute() == [])
    #expect(try leak(20).socketsToAttribute().count == 20)
  }

  @Test func otherStatesAndOrphansAreNotLeaks() throws {
    var facts = HostFacts()
    facts.sockets = try (0..<30).map { try Specimen.socket("last-ack", "10.0.0.1:80", "10.0.0.2:1", inode: 5 + $0) }
    facts.sockets += try (0..<30).map { _ in
      try Specimen.socket("close-wait", "10.0.0.1:80", "10.0.0.2:1", inode: 0)
    }
    #expect(facts.findings() == [])
  }

  @Test func orphansAreFoundFromFourFifthsOfTheirLimitOn() {
    var facts = HostFacts()
    (facts.counters.orphans, facts.settings.maximumOrphans) = (79, 100)
    #expect(facts.findings() == [])
    facts.counters.orphans = 80
    #expect(facts.findings().map(\.rule) == [.orphans])
    #expect(facts.findings().map(\.severity) == [.risk])
    // A namespace in which the limit is not visible.
    facts.settings.maximumOrphans = nil
    #expect(facts.findings() == [])
  }

  @Test func resetOrphansAreFound() {
    var facts = HostFacts()
    (facts.countersBefore.abortsOnMemory, facts.counters.abortsOnMemory) = (3, 3)
    #expect(facts.findings() == [])
    facts.counters.abortsOnMemory = 5
    #expect(facts.findings().map(\.rule) == [.orphansReset])
    #expect(facts.findings().map(\.figure) == [2])
  }

  @Test func timeWaitIsFoundFromFourFifthsOfItsLimitOn() {
    var facts = HostFacts()
    (facts.counters.timeWaits, facts.settings.maximumTimeWait) = (79, 100)
    #expect(facts.findings() == [])
    facts.counters.timeWaits = 80
    #expect(facts.findings().map(\.rule) == [.timeWaitCount])
    (facts.countersBefore.timeWaitOverflows, facts.counters.timeWaitOverflows) = (3, 13)
    // Failures come before warnings.
    #expect(facts.findings().map(\.rule) == [.timeWaitOverflow, .timeWaitCount])
    // Without a limit, nothing is near it.
    facts.settings.maximumTimeWait = 0
    #expect(facts.findings().map(\.rule) == [.timeWaitOverflow])
  }

  @Test func figuresOfAnySizeAreCompared() {
    var facts = HostFacts()
    (facts.counters.timeWaits, facts.settings.maximumTimeWait) = (.max, .max)
    (facts.counters.orphans, facts.settings.maximumOrphans) = (.max, 1)
    (facts.countersBefore.listenOverflows, facts.counters.listenOverflows) = (0, .max)
    facts.interval = .seconds(Int64.max)
    #expect(facts.findings().count == 3)
  }
}
