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

  /// Records that are not decoded and sockets add up to the same.
  @Test func summariesOfRecordsAreThoseOfSockets() throws {
    let sockets =
      Self.sockets + [
        .specimen(.tcp, .boundInactive, local: "10.0.0.1:99") { $0.inode = 4 },
        .specimen(.tcp, .synReceived, local: "10.0.0.1:443", remote: "10.9.0.2:8") { $0.inode = 0 },
        .specimen(.tcp, .established, local: "[2001:db8::1]:443", remote: "[2001:db8:7::2]:9") {
          // As a kernel before 4.19 reports it: without retransmitted bytes.
          $0.tcpInfo = .specimen(byteCount: 192) {
            $0.smoothedRTT = .milliseconds(3)
            $0.bytesReceived = 7
          }
        },
        .specimen(.tcp, .established, local: "[::ffff:10.0.0.1]:443", remote: "[::ffff:10.1.0.9]:9"),
        .specimen(.udp, .close, local: "10.0.0.1:53"),
      ]
    func check<Key>(_ key: SummaryKey<Key>, _ query: SocketQuery) throws {
      var inspector = SocketInspector(answering: sockets)
      var records = Summary<Key>()
      var decoded = Summary<Key>()
      #expect(try inspector.summarize(query, by: key, into: &records).isComplete)
      // A key of one's own gets sockets.
      #expect(try inspector.summarize(query, by: SummaryKey(key.key), into: &decoded).isComplete)
      #expect(Dictionary(uniqueKeysWithValues: Array(records)) == Dictionary(uniqueKeysWithValues: Array(decoded)))
      #expect(records.leftOut == decoded.leftOut)
      #expect(records.total.sockets > 0)
    }
    for details: InetDetails in [[], .tcpInfo, [.tcpInfo, .congestion]] {
      for query in [
        SocketQuery(.tcp, states: .all, details: details), SocketQuery(.udp, details: details),
        try SocketQuery(.tcp, states: .all, matching: "sport = :443", details: details),
      ] {
        try check(.state, query)
        try check(.localPort, query)
        try check(.uid, query)
        try check(.inode, query)
        guard query.protocol == .tcp else { continue }
        try check(.cgroup, query)
        try check(.remotePort, query)
        try check(.peer(v4: 24, v6: 48), query)
      }
    }
  }

  @Test func damagedRecordsAreReported() throws {
    let kernel = SimulatedKernel(Self.sockets)
    var inspector = SocketInspector(asking: kernel)
    kernel.answer(.dump, with: .malformed)
    var summary = Summary<SocketState>()
    #expect(try inspector.summarize(SocketQuery(.tcp, states: .all), by: .state, into: &summary) == .malformed)
  }

  // MARK: Trackers

  @Test func trackedSocketsAddTheirTraffic() throws {
    func socket(_ port: UInt16, received: UInt64) -> InetSocket {
      .specimen(.tcp, .established, local: "10.0.0.1:443", remote: SocketAddress(IPAddress(v4: 1), port: port)) {
        $0.cookie = SocketCookie(rawValue: UInt64(port))
        $0.receiveQueue = 10
        $0.tcpInfo = .specimen {
          $0.smoothedRTT = .milliseconds(2)
          $0.bytesReceived = received
        }
      }
    }
    let kernel = SimulatedKernel([socket(1, received: 1_000), socket(2, received: 5)])
    var inspector = SocketInspector(asking: kernel)
    var tracker = SocketTracker(SocketQuery(.tcp, details: .tcpInfo))
    var summary = Summary<UInt16>()
    func look() throws {
      summary.removeAll()
      _ = try tracker.update(&inspector) { summary.add($0, to: $0.socket.local.port) }
    }
    try look()
    // At the first look nothing is known about the interval.
    #expect(summary[443]?.appeared == 2)
    #expect(summary[443]?.counters.bytesReceived == nil)
    #expect(summary[443]?.roundTrips.count == 2)
    kernel.sockets = [socket(1, received: 1_300), socket(3, received: 20)]
    try look()
    #expect(summary[443]?.sockets == 2)
    #expect(summary[443]?.appeared == 1)
    #expect(summary[443]?.ended == 1)
    #expect(summary[443]?.receiveQueue == 20)
    #expect(summary[443]?.counters.bytesReceived == 320)
    kernel.sockets = []
    try look()
    #expect(summary[443]?.sockets == 0)
    #expect(summary[443]?.ended == 2)
    try look()
    #expect(summary[443] == nil)
  }

  @Test func socketsWithoutKeyAreSummedApart() throws {
    let summary = try summary(.remotePort)
    #expect(summary.leftOut.sockets == 1)
    #expect(summary.leftOut.acceptQueue == 3)
    #expect(summary.total.sockets == 201)
    var regrouped = Summary<String>()
    for (key, group) in summary { regrouped.add(group, to: key < 100 ? "low" : nil) }
    #expect(regrouped["low"]?.sockets == 1)
    #expect(regrouped.leftOut.sockets == 200)
    #expect(regrouped.leftOut.counters.bytesReceived == 1_000)
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

  @Test func equalTimesNeedNoBuckets() {
    var one = DurationDistribution()
    for _ in 0..<3 { one.add(.microseconds(1_000)) }
    #expect(one.median == .microseconds(1_000))
    #expect(one.quantile(0.99) == .microseconds(1_000))
    var other = DurationDistribution()
    other.add(.microseconds(9_000))
    var both = one
    both.merge(other)
    one.add(.microseconds(9_000))
    #expect(one == both)
    #expect(one.count == 4)
    #expect(one.median == .microseconds(1_000))
    other.merge(both)
    #expect(other.count == 5)
    #expect(other.maximum == .microseconds(9_000))
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
