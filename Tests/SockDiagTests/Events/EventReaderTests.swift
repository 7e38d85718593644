import Glibc
import SockDiag
import SockDiagTestKit
import SockDiagTesting
import Testing

/// The results of a subscriber for every announcement of a kernel, or of a process that pretends to be one.
@Suite struct EventReaderTests {
  private typealias Step = ScriptedEvents.Step

  /// The events until there are no more, or until the reader fails.
  private func read(_ steps: [Step], drops: UInt32? = 0) throws(SockDiagError) -> [SocketEvent] {
    var reader = EventReader(ScriptedEvents(steps, drops: drops))
    var events: [SocketEvent] = []
    while let event = try reader.nextIfReady() { events.append(event) }
    return events
  }

  /// The same in short form: ports of sockets, and gaps.
  private func summary(_ steps: Step..., drops: UInt32? = 0) throws(SockDiagError) -> [String] {
    try read(steps, drops: drops).map { event in
      switch event {
      case .destroyed(let socket): "\(socket.local.port)"
      case .gap(let gap):
        "gap \(gap.dropped.map(String.init) ?? "?")" + (gap.malformed > 0 ? " malformed \(gap.malformed)" : "")
      }
    }
  }

  // MARK: What an event is

  @Test func eventIsAClosedSocketWithoutOwner() throws {
    let event = ScriptedEvents.event(port: 443, protocol: .udp)
    guard case .destroyed(let socket) = try read([.bytes(event)]).first else {
      Issue.record("no event")
      return
    }
    #expect(socket.protocol == .udp)
    #expect(socket.state == .close)
    #expect(socket.cookie == SocketCookie(rawValue: 443))
    #expect(socket.local == "127.0.0.1:443")
    #expect(socket.remote == "127.0.0.1:80")
    #expect(socket.uid == nil)
    #expect(socket.inode == 0)
    #expect(socket.tcpInfo == nil)
  }

  /// A closed TCP socket with a port is bound-inactive only in a dump.
  @Test func finalRecordOfATCPSocketStaysClosed() throws {
    let info = NetlinkBytes.attribute(2, [UInt8](repeating: 0, count: 120) + [5] + [UInt8](repeating: 0, count: 159))
    guard case .destroyed(let socket) = try read([.bytes(ScriptedEvents.event(port: 80, attributes: info))]).first
    else {
      Issue.record("no event")
      return
    }
    #expect(socket.protocol == .tcp)
    #expect(socket.state == .close)
    #expect(socket.tcpInfo?.bytesAcknowledged == 5)
  }

  @Test func messagesOfOneDatagramAndOfSeveralAreEvents() throws {
    #expect(try summary(.events([1, 2]), .events([3])) == ["1", "2", "3"])
    #expect(try summary().isEmpty)
  }

  // MARK: Whom it believes

  @Test func datagramsOfOtherProcessesAreIgnored() throws {
    #expect(try summary(.foreign(port: 77, [666]), .events([1]), .foreign(port: 77, [667])) == ["1"])
  }

  @Test func replyToARequestIsNotAnEvent() throws {
    let others =
      ScriptedEvents.event(port: 666, sequence: 1) + ScriptedEvents.event(port: 667, portID: 4242)
      + ScriptedEvents.event(port: 668, type: .done) + ScriptedEvents.event(port: 669, type: .noOperation)
    #expect(try summary(.bytes(others + ScriptedEvents.event(port: 1))) == ["1"])
  }

  // MARK: What is lost

  /// `ENOBUFS` comes before the events that were queued when the kernel began to drop, and the kernel drops more while
  /// those are read.
  @Test func gapFollowsQueuedEventsAndCountsAllDrops() throws {
    #expect(
      try summary(
        .events([1]), .dropping(3, .failure(ENOBUFS)), .events([2]), .dropping(4, .events([3])), .failure(EAGAIN))
        == ["1", "2", "3", "gap 7"])
  }

  @Test func dropsAfterAGapAreInTheNextGap() throws {
    #expect(
      try summary(
        .dropping(3, .failure(ENOBUFS)), .events([1]), .failure(EAGAIN), .events([2]),
        .dropping(1, .failure(ENOBUFS)), .failure(EAGAIN)) == ["1", "gap 3", "2", "gap 1"])
  }

  @Test func dropsWithoutAnErrorAreFoundWhenTheQueueIsEmpty() throws {
    #expect(try summary(.events([1]), .dropping(2, .failure(EAGAIN))) == ["1", "gap 2"])
  }

  /// A reader that is slower than the flood never finds the queue empty.
  @Test func secondErrorReportsTheFirstGap() throws {
    #expect(
      try summary(
        .dropping(3, .failure(ENOBUFS)), .events([1]), .dropping(2, .failure(ENOBUFS)), .events([2]),
        .dropping(1, .events([3])))
        == ["1", "gap 5", "2", "3", "gap 1"])
  }

  @Test func errorAloneIsNotAGapUntilTheKernelHasCounted() throws {
    var reader = EventReader(
      ScriptedEvents([.failure(ENOBUFS), .failure(EAGAIN), .failure(EAGAIN), .dropping(1, .failure(EAGAIN))]))
    for expected in [nil, nil, SocketEvent.gap(EventGap(dropped: 1)), nil] {
      #expect(try reader.nextIfReady() == expected)
      // After the gap too: further drops may be counted just now.
      let needsRecheck = reader.needsRecheck
      #expect(needsRecheck)
    }
  }

  @Test func waitWithoutPendingDropsHasNoTimeout() throws {
    var reader = EventReader(ScriptedEvents([.dropping(1, .failure(ENOBUFS))]), recheckTime: .zero)
    let before = reader.needsRecheck
    while try reader.nextIfReady() != nil {}
    let after = reader.needsRecheck
    #expect(!before && !after)
  }

  @Test func kernelWithoutACountStillGivesAGap() throws {
    #expect(try summary(.failure(ENOBUFS), .events([1]), drops: nil) == ["1", "gap ?"])
    #expect(try summary(.failure(ENOBUFS), .failure(ENOBUFS), drops: nil) == ["gap ?", "gap ?"])
    #expect(try summary(.events([1]), drops: nil) == ["1"])
  }

  @Test func dropCountWrapsAround() throws {
    #expect(try summary(.dropping(3, .failure(ENOBUFS)), drops: .max - 1) == ["gap 3"])
  }

  @Test func remedyIsALargerBufferIfThatHelps() {
    #expect(
      "\(EventGap(dropped: 1))"
        == "the kernel dropped 1 event, for the receive buffer was full; ask for a larger receive buffer and, without"
        + " CAP_NET_ADMIN, raise the sysctl net.core.rmem_max as well")
    #expect("\(EventGap(dropped: nil))".hasPrefix("the kernel dropped events, "))
    #expect("\(EventGap(dropped: 0, malformed: 2))" == "2 events came damaged")
    #expect("\(EventGap(dropped: 7, malformed: 1))".contains("dropped 7 events"))
  }

  // MARK: Damage

  @Test func malformedMessageHidesOnlyWhatFollowsInItsDatagram() throws {
    #expect(
      try summary(
        .bytes([UInt8](repeating: 0xff, count: 40)), .events([1]), .bytes(ScriptedEvents.event(port: 2) + [1, 2, 3]),
        .events([3])) == ["gap 0 malformed 1", "1", "2", "gap 0 malformed 1", "3"])
  }

  @Test func malformedAttributeDoesNotHideItsSocket() throws {
    let damaged = ScriptedEvents.event(port: 1, attributes: [3, 0, 8, 0])
    #expect(
      try summary(.bytes(damaged + ScriptedEvents.event(port: 2))) == ["1", "gap 0 malformed 1", "2"])
  }

  @Test func gapDescribesTheDamage() throws {
    let short = NetlinkBytes.message(
      .sockDiagByFamily, flags: [], sequence: 0, portID: 0, payload: [2, 7, 0, 0])
    guard case .gap(let gap) = try read([.bytes(short.bytes)]).first else {
      Issue.record("no gap")
      return
    }
    #expect(gap.wireError?.code == .structureLength)
    #expect(gap.suggestion == nil)
    #expect("\(gap)".contains("byte 16"))
  }

  @Test(arguments: 0..<120) func everyCutIsReported(count: Int) throws {
    let event = ScriptedEvents.event(port: 1, attributes: NetlinkBytes.attribute(2, [1, 2, 3, 4]))
    let events = try read([.bytes(Array(event.prefix(count)))])
    if count < event.count, count > 0 {
      #expect(events == [.gap(EventGap(dropped: 0, malformed: 1, wireError: events.first?.wireError))])
    }
  }

  /// Longer than the buffer; the next one fits. A cut between two messages counts as a cut too.
  @Test func truncatedDatagramIsReported() throws {
    let whole = ScriptedEvents.event(port: 1)
    let long = ScriptedEvents.event(
      port: 2, attributes: NetlinkBytes.attribute(999, .init(repeating: 0, count: 20_000)))
    #expect(
      try summary(.bytes(whole + long), .bytes(whole + long), .bytes(whole + long, length: 100_000), .events([3]))
        == ["1", "gap 0 malformed 1", "1", "2", "1", "2", "gap 0 malformed 1", "3"])
  }

  // MARK: What is not an event

  @Test func interruptedSystemCallsAreRepeated() throws {
    #expect(try summary(.failure(EINTR), .events([1]), .failure(EINTR)) == ["1"])
  }

  @Test func otherErrnosEndReading() {
    #expect { try read([.failure(EBADF)]) } throws: { ($0 as? SockDiagError)?.errno == EBADF }
  }
}

extension SocketEvent {
  fileprivate var wireError: WireError? {
    guard case .gap(let gap) = self else { return nil }
    return gap.wireError
  }
}
