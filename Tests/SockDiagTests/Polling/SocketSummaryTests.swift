import SockDiag
import SockDiagTesting
import Testing

/// Summaries are what one would count in an array of all sockets.
@Suite struct SocketSummaryTests {
  private static let sockets: [InetSocket] =
    [
      .specimen(.tcp, .listen, local: "0.0.0.0:443") {
        $0.receiveQueue = 3
        $0.sendQueue = 128
      },
      .specimen(.tcp, .timeWait, local: "10.0.0.1:443", remote: "10.9.0.1:7"),
    ]
    + (1...200).map { number in
      .specimen(
        local: SocketAddress(IPAddress(v4: 0x0a00_0001), port: number.isMultiple(of: 4) ? 22 : 443),
        remote: SocketAddress(IPAddress(v4: 0x0a01_0000 + UInt32(number)), port: 1_000)
      ) {
        $0.uid = UInt32(number % 3)
        $0.receiveQueue = 10
        $0.sendQueue = 1
        $0.cgroupID = number.isMultiple(of: 2) ? 77 : 78
        $0.tcpInfo = .specimen {
          $0.smoothedRTT = .microseconds(number * 100)
          $0.bytesReceived = 5
          $0.totalRetransmits = 1
        }
      }
    }

  private func summary<Key>(
    _ key: SummaryKey<Key>, _ states: SocketStateSet = .all
  ) throws -> Summary<Key> {
    var inspector = SocketInspector(answering: Self.sockets)
    var summary = Summary<Key>()
    // Twice: the second poll must not add to the first.
    for _ in 0..<2 {
      let defects = try inspector.summarize(
        SocketQuery(.tcp, states: states, details: .tcpInfo), by: key, into: &summary)
      #expect(defects.isComplete)
    }
    return summary
  }

  @Test func groupsByState() throws {
    let summary = try summary(.state)
    #expect(summary.count == 3)
    #expect(summary[.established]?.sockets == 200)
    #expect(summary[.established]?.receiveQueue == 2_000)
    #expect(summary[.established]?.sendQueue == 200)
    #expect(summary[.established]?.counters.bytesReceived == 1_000)
    #expect(summary[.established]?.counters.segmentsRetransmitted == 200)
    #expect(summary[.listen]?.acceptQueue == 3)
    #expect(summary[.listen]?.sendQueue == 0)
    #expect(summary[.closeWait] == nil)
    #expect(summary.total.sockets == 202)
  }

  @Test func groupsByEveryKey() throws {
    #expect(try summary(.localPort)[22]?.sockets == 50)
    #expect(try summary(.remotePort)[1_000]?.sockets == 200)
    #expect(try summary(.remotePort)[0] == nil)
    #expect(try summary(.cgroup)[77]?.sockets == 100)
    #expect(try summary(.uid, .established)[0]?.sockets == 66)
    let networks = try summary(.peer(v4: 16))
    #expect(networks["10.1.0.0/16"]?.sockets == 200)
    #expect(networks["10.9.0.0/16"]?.sockets == 1)
    #expect(networks.count == 2)
    let odd = SummaryKey<String> { $0.state == .established ? ($0.sendQueue == 1 ? "busy" : "idle") : nil }
    #expect(try summary(odd).map { "\($0.key) \($0.group.sockets)" } == ["busy 200"])
  }

  @Test func emptiedGroupsDisappearAndComeBack() throws {
    let kernel = SimulatedKernel(Self.sockets)
    var inspector = SocketInspector(asking: kernel)
    var summary = Summary<UInt16>()
    try inspector.summarize(SocketQuery(.tcp), by: .localPort, into: &summary)
    #expect(summary.count == 2)
    kernel.sockets.removeAll { $0.local.port == 22 }
    try inspector.summarize(SocketQuery(.tcp), by: .localPort, into: &summary)
    #expect(summary.map(\.key) == [443])
    #expect(summary[22] == nil)
  }

  @Test func mergedSummariesAddUp() throws {
    var both = try summary(.state)
    both.merge(try summary(.state))
    #expect(both[.established]?.sockets == 400)
    #expect(both[.established]?.roundTrips.count == 400)
    #expect(both[.established]?.counters.bytesReceived == 2_000)
  }

  @Test func otherFamiliesAreSummedToo() {
    var summary = Summary<String>()
    summary.add(Self.sockets[2], to: "inet")
    summary.add(Unix.emptySocket, to: "unix")
    #expect(summary["unix"]?.sockets == 1)
    #expect(summary["unix"]?.counters == SocketCounters())
  }

  // MARK: States

  @Test func stateCountsAreThoseOfADump() throws {
    var inspector = SocketInspector(
      answering: Self.sockets + [
        .specimen(.tcp, .boundInactive, local: "10.0.0.1:99") { $0.inode = 4 },
        .specimen(.udp, .close, local: "10.0.0.1:53"),
      ])
    for query in [
      SocketQuery(.tcp, states: .all), SocketQuery(.udp), try SocketQuery(.tcp, matching: "uid = 1"),
      SocketQuery(.tcp, family: .inet6, states: .all),
    ] {
      let dump = try inspector.dump(query)
      let counts = try inspector.stateCounts(query)
      #expect(counts.defects == dump.defects)
      #expect(counts.total == dump.sockets.count)
      for state in Set(dump.sockets.map(\.state)) {
        #expect(counts[state] == dump.sockets.count { $0.state == state })
      }
      #expect(Set(counts.states) == Set(dump.sockets.map(\.state)))
    }
  }

  @Test func stateCountsOfADamagedDumpSaySo() throws {
    let kernel = SimulatedKernel(Self.sockets)
    var inspector = SocketInspector(asking: kernel)
    kernel.answer(.dump, with: .malformed)
    #expect(try inspector.stateCounts(SocketQuery(.tcp, states: .all)).defects == .malformed)
  }

  // MARK: Times

  @Test func quantilesAreRightWithinSevenPercent() {
    var distribution = DurationDistribution()
    #expect(distribution.median == nil)
    for number in 1...10_000 { distribution.add(.microseconds(number)) }
    #expect(distribution.count == 10_000)
    #expect(distribution.minimum == .microseconds(1))
    #expect(distribution.maximum == .microseconds(10_000))
    #expect(distribution.mean == .microseconds(5_000))
    for part in [0.01, 0.1, 0.5, 0.9, 0.99] {
      let exact = part * 10_000
      let found = (distribution.quantile(part) ?? .zero) / .microseconds(1)
      #expect(abs(found - exact) <= exact * 0.07 + 1, "\(part)")
    }
    #expect(distribution.quantile(0) == .microseconds(1))
    #expect(distribution.quantile(2) == distribution.quantile(1))
  }

  @Test func timesBeyondTheRangeAreKeptAtItsEnd() {
    var distribution = DurationDistribution()
    distribution.add(.seconds(1_000_000))
    distribution.add(.microseconds(-5))
    distribution.add(.zero)
    #expect(distribution.count == 2)
    #expect(distribution.maximum == .seconds(1_000_000))
    #expect(distribution.minimum == .zero)
  }
}
