import SockDiag
import SockDiagTestKit
import SockDiagTesting
import Testing

/// What a tracker says about sockets that come, stay, change and go, and that no byte is counted twice or not at all.
@Suite struct SocketTrackerTests {
  /// A poller of a simulated kernel, which adds up what a tracker reports.
  private struct Poller: ~Copyable {
    let kernel: SimulatedKernel
    var inspector: SocketInspector
    var tracker: SocketTracker
    /// Bytes received, over all rounds.
    var bytes: UInt64 = 0

    init(
      _ sockets: [InetSocket] = [], _ query: SocketQuery = SocketQuery(.tcp, states: .all, details: .tcpInfo),
      withEnds: Bool = true
    ) {
      kernel = SimulatedKernel(sockets)
      inspector = SocketInspector(asking: kernel)
      tracker = withEnds ? SocketTracker(query, ends: SocketEvents(from: kernel)) : SocketTracker(query)
    }

    /// One round: a line for each report, and the round.
    mutating func poll() throws -> (lines: [String], round: TrackingRound) {
      var lines: [String] = []
      var bytes: UInt64 = 0
      let round = try tracker.update(&inspector) { tracked in
        let traffic = tracked.traffic?.bytesReceived
        bytes += traffic ?? 0
        lines.append(
          "\(tracked.change) \(tracked.socket.remote.port)\(traffic.map { " +\($0)" } ?? "")"
            + (tracked.isFinalRecord ? " final" : "") + (tracked.leftTimeWait ? " time-wait" : ""))
      }
      self.bytes += bytes
      return (lines, round)
    }

    /// Changes a socket of the kernel.
    func change(_ port: UInt16, _ change: (inout InetSocketFields) -> Void) {
      kernel.sockets = kernel.sockets.map { $0.remote.port == port ? $0.changing(change) : $0 }
    }
  }

  private static func connection(_ port: UInt16, cookie: UInt64? = nil, received: UInt64 = 0) -> InetSocket {
    .specimen(local: "10.0.0.1:443", remote: SocketAddress(IPAddress(v4: 0x0a00_0009), port: port)) {
      $0.cookie = SocketCookie(rawValue: cookie ?? UInt64(port))
      $0.inode = 7
      $0.tcpInfo = .specimen { $0.bytesReceived = received }
    }
  }

  // MARK: Those that stay

  @Test func socketAppearsThenContinuesThenChanges() throws {
    var poller = Poller([Self.connection(1, received: 10), Self.connection(2)])
    #expect(try poller.poll().lines == ["appeared 1", "appeared 2"])
    #expect(try poller.poll().lines == ["continued 1 +0", "continued 2 +0"])
    poller.change(1) { $0.tcpInfo = .specimen { $0.bytesReceived = 30 } }
    poller.change(2) { $0.state = .closeWait }
    #expect(try poller.poll().lines == ["changed 1 +20", "changed 2 +0"])
    #expect(try poller.poll().lines == ["continued 1 +0", "continued 2 +0"])
    // What was received before the tracker began is not its news.
    #expect(poller.bytes == 20)
  }

  @Test func socketThatAppearsLaterBringsAllItsTraffic() throws {
    var poller = Poller()
    _ = try poller.poll()
    poller.kernel.sockets = [Self.connection(1, received: 50)]
    #expect(try poller.poll().lines == ["appeared 1 +50"])
  }

  @Test func wrappedCounterOf32BitsIsNoReset() throws {
    var poller = Poller([Self.connection(1)])
    poller.change(1) { $0.tcpInfo = .specimen { $0.segmentsIn = .max - 1 } }
    _ = try poller.poll()
    poller.change(1) { $0.tcpInfo = .specimen { $0.segmentsIn = 3 } }
    var segments: [UInt64?] = []
    _ = try poller.tracker.update(&poller.inspector) { segments.append($0.traffic?.segmentsReceived) }
    #expect(segments == [5])
  }

  @Test func socketThatIsUsedAgainIsReset() throws {
    var poller = Poller([Self.connection(1, received: 100)])
    _ = try poller.poll()
    poller.change(1) { $0.tcpInfo = .specimen { $0.bytesReceived = 5 } }
    #expect(try poller.poll().lines == ["reset 1"])
    poller.change(1) { $0.tcpInfo = .specimen { $0.bytesReceived = 9 } }
    #expect(try poller.poll().lines == ["changed 1 +4"])
    // The same socket with another peer, whose counters are greater by chance.
    poller.change(1) {
      $0.remote.port = 77
      $0.tcpInfo = .specimen { $0.bytesReceived = 1000 }
    }
    #expect(try poller.poll().lines == ["reset 77"])
  }

  @Test func rateUsesTheTimeBetweenTheTwoLooks() throws {
    var poller = Poller([Self.connection(1)])
    _ = try poller.poll()
    poller.change(1) { $0.tcpInfo = .specimen { $0.bytesReceived = 1_000 } }
    _ = try poller.tracker.update(&poller.inspector) { tracked in
      let elapsed = tracked.elapsed ?? .zero
      #expect(elapsed > .zero)
      #expect(tracked.rate(of: \.bytesReceived) == 1_000 / (elapsed / .seconds(1)))
      #expect(tracked.rate(of: \.drops) == nil)
    }
  }

  @Test func recordThatComesTwiceInAWalkCountsOnce() throws {
    var poller = Poller([Self.connection(1), Self.connection(2), Self.connection(1)])
    for _ in 0..<3 {
      let (lines, round) = try poller.poll()
      #expect(lines.count == 2)
      #expect(round.sockets == 2)
      #expect(round.duplicates == 1)
      #expect(round.ended == 0)
    }
  }

  // MARK: Those that end

  @Test func announcedEndBringsTheLastFigures() throws {
    let socket = Self.connection(1, received: 10)
    var poller = Poller([socket])
    _ = try poller.poll()
    poller.kernel.end(socket) { $0.tcpInfo = .specimen { $0.bytesReceived = 60 } }
    let (lines, round) = try poller.poll()
    #expect(lines == ["ended 1 +50 final"])
    #expect(round.ended == 1)
    #expect(round.sockets == 0)
    #expect(try poller.poll().lines == [])
  }

  @Test func socketThatNoWalkSawIsReportedByItsAnnouncement() throws {
    var poller = Poller()
    _ = try poller.poll()
    for port in 1...3 { poller.kernel.announce(Self.connection(UInt16(port), received: 100)) }
    let (lines, round) = try poller.poll()
    #expect(lines == ["ended 1 +100 final", "ended 2 +100 final", "ended 3 +100 final"])
    #expect(round.endedUnseen == 3)
    #expect(poller.bytes == 300)
  }

  @Test func connectionEndsWhenItsTimeWaitRecordBegins() throws {
    let socket = Self.connection(1, received: 10)
    var poller = Poller([socket])
    _ = try poller.poll()
    poller.kernel.end(socket, leavingTimeWait: true) { $0.tcpInfo = .specimen { $0.bytesReceived = 12 } }
    #expect(try poller.poll().lines == ["appeared 1", "ended 1 +2 final time-wait"])
    #expect(try poller.poll().lines == ["continued 1"])
    poller.kernel.sockets = []
    // Records end silently: the kernel announces sockets only.
    let (lines, round) = try poller.poll()
    #expect(lines == ["ended 1"])
    #expect(round.endedUnannounced == 0)
    #expect(poller.bytes == 2)
  }

  @Test func socketThatIsMissingIsReportedWithItsLateAnnouncementOnly() throws {
    let socket = Self.connection(1, received: 10)
    var poller = Poller([socket])
    _ = try poller.poll()
    poller.kernel.sockets = []
    let (lines, round) = try poller.poll()
    #expect(lines == [])
    #expect(round.awaited == 1)
    #expect(round.sockets == 0)
    poller.kernel.announce(socket) { $0.tcpInfo = .specimen { $0.bytesReceived = 11 } }
    #expect(try poller.poll().lines == ["ended 1 +1 final"])
  }

  @Test func withoutAnnouncementsTheEndHasTheFiguresThatWereSeen() throws {
    var poller = Poller([Self.connection(1, received: 10)], withEnds: false)
    _ = try poller.poll()
    poller.kernel.sockets = []
    #expect(try poller.poll().lines == ["ended 1"])
    #expect(try poller.poll().lines == [])
  }

  @Test func sameAddressesWithAnotherCookieAreAnotherSocket() throws {
    let first = Self.connection(1, cookie: 100, received: 10)
    var poller = Poller([first])
    _ = try poller.poll()
    poller.kernel.end(first)
    poller.kernel.sockets = [Self.connection(1, cookie: 101, received: 4)]
    #expect(try poller.poll().lines == ["appeared 1 +4", "ended 1 +0 final"])
    #expect(try poller.poll().lines == ["continued 1 +0"])
  }

  @Test func resetConnectionLosesItsFiguresInTheAnnouncement() throws {
    let socket = Self.connection(1, received: 10)
    var poller = Poller([socket])
    _ = try poller.poll()
    poller.kernel.end(socket) {
      $0.remote = "0.0.0.0:0"
      $0.tcpInfo = .specimen { _ in }
    }
    #expect(try poller.poll().lines == ["ended 0 final"])
  }

  @Test func lostAnnouncementsAreCountedInTheRound() throws {
    var poller = Poller()
    _ = try poller.poll()
    poller.kernel.announce(Self.connection(1, received: 5))
    poller.kernel.dropAnnouncements(7)
    let (lines, round) = try poller.poll()
    #expect(lines == ["ended 1 +5 final"])
    #expect(round.missedEnds?.dropped == 7)
    #expect(try poller.poll().round.missedEnds == nil)
  }

  @Test func announcementsCollectedBetweenRoundsBelongToTheNext() throws {
    var poller = Poller()
    _ = try poller.poll()
    poller.kernel.announce(Self.connection(1, received: 5))
    try poller.tracker.collectEnds()
    #expect(try poller.poll().lines == ["ended 1 +5 final"])
  }

  // MARK: Queries

  @Test func announcementsOfOtherSocketsAreIgnored() throws {
    var poller = Poller([], try SocketQuery(.tcp, states: .established, matching: "dport = 2", details: .tcpInfo))
    _ = try poller.poll()
    poller.kernel.announce(Self.connection(1))
    poller.kernel.announce(Self.connection(2, received: 3))
    poller.kernel.announce(.specimen(.udp, .established, local: "10.0.0.1:53", remote: "10.0.0.9:2"))
    // A listener, or a socket that never connected.
    poller.kernel.announce(.specimen(.tcp, .listen, local: "10.0.0.1:443"))
    let (lines, round) = try poller.poll()
    #expect(lines == ["ended 2 +3 final"])
    #expect(round.endedWithoutPeer == 1)
  }

  @Test func socketThatNoLongerMatchesEnds() throws {
    var poller = Poller(
      [Self.connection(1)], SocketQuery(.tcp, states: .established, details: .tcpInfo), withEnds: true)
    _ = try poller.poll()
    poller.change(1) { $0.state = .closeWait }
    #expect(try poller.poll().lines == ["ended 1 +0"])
    // Its announcement is that of a socket that never matched again, and is not reported once more.
    poller.kernel.sockets = []
    #expect(try poller.poll().round.ended == 0)
  }

  @Test func socketThatTheWalkMissesIsFoundByItsAddresses() throws {
    var poller = Poller([Self.connection(1), Self.connection(2)])
    _ = try poller.poll()
    poller.kernel.answer(.dump, with: .lacking(1))
    let (lines, round) = try poller.poll()
    #expect(lines == ["continued 2 +0", "continued 1 +0"])
    #expect(round.recovered == 1)
    #expect(round.sockets == 2)
  }

  @Test func oldSocketThatMatchesForTheFirstTimeBringsNoTraffic() throws {
    var poller = Poller(
      [Self.connection(1, received: 500)], try SocketQuery(.tcp, matching: "rtt > 50ms", details: .tcpInfo))
    _ = try poller.poll()
    poller.change(1) {
      $0.tcpInfo = .specimen {
        $0.bytesReceived = 501
        $0.smoothedRTT = .milliseconds(60)
      }
    }
    #expect(try poller.poll().lines == ["appeared 1"])
    // Nor does one that matches only when it ends.
    poller.kernel.announce(Self.connection(2)) {
      $0.tcpInfo = .specimen {
        $0.bytesReceived = 501
        $0.smoothedRTT = .milliseconds(60)
      }
    }
    #expect(try poller.poll().lines == ["continued 1 +0", "ended 2 final"])
  }

  @Test func socketThatAPartialLookMissedBringsNoTraffic() throws {
    var poller = Poller([Self.connection(1, received: 500)])
    for _ in 0..<3 { poller.kernel.answer(.dump, with: .unfinished) }
    _ = try poller.poll()
    poller.kernel.sockets.append(Self.connection(2, received: 300))
    #expect(try poller.poll().lines == ["continued 1 +0", "appeared 2"])
    poller.kernel.sockets.append(Self.connection(3, received: 100))
    #expect(try poller.poll().lines == ["continued 1 +0", "continued 2 +0", "appeared 3 +100"])
  }

  @Test func repeatedWalkReportsNothingTwiceAndCountsNoDuplicates() throws {
    var poller = Poller([Self.connection(1), Self.connection(2)])
    poller.kernel.answer(.dump, with: .interrupted)
    let (lines, round) = try poller.poll()
    #expect(lines == ["appeared 1", "appeared 2"])
    #expect(round.duplicates == 0 && round.sockets == 2 && round.defects.isComplete)
  }

  @Test func socketsAreOldAfterAFirstRoundThatFailed() throws {
    var poller = Poller([Self.connection(1, received: 500)])
    poller.kernel.answer(.dump, with: .error(12))
    #expect(throws: SockDiagError.self) { _ = try poller.poll() }
    #expect(try poller.poll().lines == ["appeared 1"])
  }

  @Test func failedRoundLosesNothing() throws {
    let socket = Self.connection(1, received: 10)
    var poller = Poller([socket])
    _ = try poller.poll()
    poller.kernel.answer(.dump, with: .error(12))
    #expect(throws: SockDiagError.self) { _ = try poller.poll() }
    poller.change(1) { $0.tcpInfo = .specimen { $0.bytesReceived = 25 } }
    #expect(try poller.poll().lines == ["changed 1 +15"])
  }

  // MARK: Many

  @Test(arguments: 1...5 as ClosedRange<UInt64>)
  func crowdUnderChurnIsNeverMissedAndNeverDouble(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let stable = (1...400).map { Self.connection(UInt16($0), cookie: UInt64($0)) }
    var poller = Poller(stable)
    _ = try poller.poll()
    var next: UInt64 = 10_000
    var expected: UInt64 = 0
    for _ in 0..<50 {
      // Some of the guests end, new ones come, and some come and go unseen.
      var guests = poller.kernel.sockets.filter { $0.cookie!.rawValue >= 10_000 }
      guests.shuffle(using: &generator)
      for guest in guests.prefix(guests.count / 2) {
        poller.kernel.end(guest) { $0.tcpInfo = .specimen { $0.bytesReceived = 1_000 } }
      }
      for _ in 0..<20 {
        next += 1
        expected += 1_000
        let guest = Self.connection(UInt16(next), cookie: next)
        if next.isMultiple(of: 3) {
          poller.kernel.announce(guest) { $0.tcpInfo = .specimen { $0.bytesReceived = 1_000 } }
        } else {
          poller.kernel.sockets.insert(guest, at: Int.random(in: 0...poller.kernel.sockets.count, using: &generator))
        }
      }
      var seen: [UInt64: Int] = [:]
      let present = poller.kernel.sockets.count
      var bytes: UInt64 = 0
      let round = try poller.tracker.update(&poller.inspector) { tracked in
        bytes += tracked.traffic?.bytesReceived ?? 0
        if tracked.change != .ended { seen[tracked.socket.cookie!.rawValue, default: 0] += 1 }
      }
      poller.bytes += bytes
      #expect(round.sockets == present)
      #expect(seen.count == present)
      #expect(seen.values.allSatisfy { $0 == 1 })
      #expect(stable.allSatisfy { seen[$0.cookie!.rawValue] == 1 })
    }
    for guest in poller.kernel.sockets where guest.cookie!.rawValue >= 10_000 {
      poller.kernel.end(guest) { $0.tcpInfo = .specimen { $0.bytesReceived = 1_000 } }
    }
    _ = try poller.poll()
    #expect(poller.bytes == expected)
  }
}

/// Families without announcements and counters.
@Suite struct FamilyTrackerTests {
  @Test func socketsOfAnotherFamilyAppearContinueAndEnd() throws {
    let kernel = SimulatedKernel()
    kernel.records = [.unix: [Self.record(inode: 1), Self.record(inode: 2)]]
    var inspector = SocketInspector(asking: kernel)
    var tracker = FamilyTracker(FamilyQuery<Unix>(UnixSocketRequest()))
    func poll() throws -> [String] {
      var lines: [String] = []
      let round = try tracker.update(&inspector) { lines.append("\($0.change) \($0.socket.inode)") }
      #expect(round.defects.isComplete)
      return lines
    }
    #expect(try poll() == ["appeared 1", "appeared 2"])
    kernel.records[.unix] = [Self.record(inode: 2), Self.record(inode: 3)]
    #expect(try poll() == ["continued 2", "appeared 3", "ended 1"])
    kernel.records[.unix] = [Self.record(inode: 2, state: .listen), Self.record(inode: 3)]
    #expect(try poll() == ["changed 2", "continued 3"])
    kernel.records[.unix] = []
    #expect(try poll().sorted() == ["ended 2", "ended 3"])
  }

  /// `struct unix_diag_msg`, linux/unix_diag.h.
  private static func record(inode: UInt32, state: SocketState = .established) -> [UInt8] {
    var bytes = NetlinkBytes()
    bytes.bytes = [AddressFamily.unix.rawValue, 1, state.rawValue, 0]
    bytes.append(inode)
    bytes.append(UInt64(inode) + 1_000)
    return bytes.bytes
  }
}
