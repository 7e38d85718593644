import HostFindings
import SockDiag
import Testing

/// Listeners whose connections are not accepted.
struct QueueRuleTests {
  private func listener(
    _ length: UInt32, _ limit: UInt32 = 10, at place: SocketAddress = "0.0.0.0:80", inode: UInt32 = 7,
    source: String = "sock_diag"
  ) throws -> InetSocket {
    try Specimen.socket("listen", place, inode: inode, queues: (length, limit), source: source)
  }

  @Test func queueAboveItsLimitIsFound() throws {
    var facts = HostFacts()
    facts.listeners = [try listener(10)]
    #expect(facts.findings() == [])
    facts.listeners = [try listener(11)]
    facts.holders[7] = [FilterHolder(processID: 12, command: "server"), FilterHolder(processID: 13, command: "child")]
    let finding = try #require(facts.findings().first)
    #expect(finding.rule == .acceptQueue && finding.figure == 11 && finding.limit == 10)
    #expect(
      finding.text == "the accept queue of server (pid 12) at 0.0.0.0:80 is full: 11 connections, and the limit is 10")
    // /proc/net has no limit, and its 0 does not mean one.
    facts.listeners = [try listener(11, 0, source: "proc-net")]
    #expect(facts.findings() == [])
  }

  @Test func adviceNamesTheSourceOfTheLimit() throws {
    var facts = HostFacts()
    facts.listeners = [try listener(11)]
    facts.settings.maximumBacklog = 4096
    #expect(facts.findings().first?.advice.contains("listen() asks for") == true)
    facts.settings.maximumBacklog = 10
    #expect(facts.findings().first?.advice.contains("cut by net.core.somaxconn (10)") == true)
  }

  @Test func onlyRisingOverflowsCount() throws {
    var facts = HostFacts()
    (facts.countersBefore.listenOverflows, facts.counters.listenOverflows) = (5, 5)
    (facts.countersBefore.listenDrops, facts.counters.listenDrops) = (5, 500)
    #expect(facts.findings() == [])
    facts.counters.listenOverflows = 6
    #expect(facts.findings().map(\.rule) == [.listenOverflow])
    #expect(facts.findings().map(\.figure) == [1])
    // Smaller than before, and unknown before: neither is a rise.
    facts.counters.listenOverflows = 4
    #expect(facts.findings() == [])
    (facts.countersBefore.listenOverflows, facts.counters.listenOverflows) = (nil, 9)
    #expect(facts.findings() == [])
  }

  private func group(before: [UInt32], after: [UInt32]) throws -> HostFacts {
    var facts = HostFacts()
    facts.listenersBefore = try before.enumerated().map { try listener($1, inode: 10 + UInt32($0)) }
    facts.listeners = try after.enumerated().map { try listener($1, inode: 10 + UInt32($0)) }
    return facts
  }

  @Test func undrainedMemberIsFound() throws {
    let finding = try #require(try group(before: [2, 0], after: [3, 0]).findings().first)
    #expect(finding.rule == .silentMember && finding.figure == 3 && finding.limit == 10)
    #expect(finding.text.contains("one of 2 listeners that share 0.0.0.0:80 accepts nothing"))
    #expect(finding.text.contains("3 connections wait (inode 10)"))
    #expect(try group(before: [1, 0], after: [1, 0]).findings().map(\.figure) == [1])
    #expect(try group(before: [1, 1, 0], after: [1, 4, 0]).findings().map(\.figure) == [1, 4])
  }

  @Test(
    arguments: [
      // It shrank, it was empty before, it is empty now, no queue is empty, and it is alone.
      ([3, 0], [2, 0]), ([0, 0], [3, 0]), ([3, 0], [0, 0]), ([3, 3], [3, 3]), ([3, 1], [3, 0]), ([3, 0], [3, 1]),
      ([3], [3]),
    ] as [([UInt32], [UInt32])])
  func membersThatMayAcceptAreNotFound(_ before: [UInt32], _ after: [UInt32]) throws {
    #expect(try group(before: before, after: after).findings() == [])
  }

  @Test func listenersOfOtherAddressesAreNotMembers() throws {
    for other in ["127.0.0.1:80", "[::]:80", "0.0.0.0:81"] as [SocketAddress] {
      var facts = try group(before: [2, 0], after: [2, 0])
      facts.listeners[1] = try listener(0, at: other, inode: 11)
      #expect(facts.findings() == [])
    }
    var facts = try group(before: [2, 0], after: [2, 0])
    facts.listeners[1] = try Specimen.socket("listen", "0.0.0.0:80", inode: 11, interface: 3)
    #expect(facts.findings() == [])
  }

  @Test func memberWithoutProcessIsFoundAndAnUnknownOneIsNot() throws {
    var facts = try group(before: [0, 0], after: [0, 0])
    #expect(facts.findings() == [])
    facts.holders = [10: [FilterHolder(processID: 1, command: "a")], 11: []]
    let finding = try #require(facts.findings().first)
    #expect(finding.rule == .silentMember && finding.text.contains("no process holds it"))
    #expect(finding.text.contains("inode 11"))
    // Alone it takes nothing from others.
    facts.listeners.removeFirst()
    #expect(facts.findings() == [])
  }
}
