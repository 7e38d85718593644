public import SockDiagWire

/// Follows the sockets of a query from poll to poll: which appeared, which changed and by how much, which ended.
///
/// ```swift
/// var inspector = try SocketInspector()
/// var tracker = SocketTracker(SocketQuery(.tcp, details: .tcpInfo), ends: try SocketEvents(.tcp))
/// while true {
///   let round = try tracker.update(&inspector) { tracked in
///     if let traffic = tracked.traffic { print(tracked.change, tracked.socket, traffic.bytesReceived ?? 0) }
///   }
///   print(round.sockets, round.ended)
///   sleep(1)
/// }
/// ```
///
/// Sockets are recognised by their cookies, which the kernel never uses again, so a connection between addresses and ports
/// that were used before is a new one. Use one tracker for one network namespace.
///
/// With the kernel's announcements of ends (``SocketEvents``) the figures are complete: a socket that ended between two
/// looks is reported with its final counters, and so is one that also began after the last look and that no walk saw. Where
/// the kernel dropped announcements, the round says how many (``TrackingRound/missedEnds``). Without announcements a
/// socket that ended is reported with the last figures that were seen.
///
/// A round costs little more than the walk of the kernel, and allocates nothing for sockets that were there before. The
/// tracker keeps about 160 bytes per socket, 350 more if the query asks for `tcp_info`, and as many for other details.
public struct SocketTracker: ~Copyable, Sendable {
  /// What is tracked.
  public let query: SocketQuery

  private var table = TrackingTable(InetSocket())
  /// The filter in the form that a socket alone can answer.
  private var filter: SocketFilter
  /// Whether a socket that matches has matched since it was young.
  private let matchesFromTheStart: Bool
  private var ends: EndAnnouncements
  private var lastBegan: ContinuousClock.Instant?
  private var mark: UInt32 = 0
  /// Whether the last look saw all sockets.
  private var sawAll = false

  /// How long an announcement may be late before the socket is reported without it. Under load they are late by seconds.
  private let grace = Duration.seconds(5)
  /// How long a socket that was reported without its announcement is remembered, in case it still comes.
  private let memory = Duration.seconds(60)

  /// Creates a tracker that learns of ends by missing the sockets.
  public init(_ query: SocketQuery) {
    self.query = query
    filter = query.filter
    matchesFromTheStart = query.matchesFromTheStart
    ends = EndAnnouncements()
  }

  /// Creates a tracker that receives the kernel's announcements of ends.
  ///
  /// - Parameters:
  ///   - query: The sockets. The kernel announces the ends of TCP and UDP sockets.
  ///   - ends: The announcements, of the same network namespace as the inspector. Those that come later count.
  public init(_ query: SocketQuery, ends: consuming SocketEvents) {
    self.query = query
    filter = query.filter
    matchesFromTheStart = query.matchesFromTheStart
    self.ends = EndAnnouncements(ends)
  }

  /// Readable while announcements wait, for programs with an event loop; `nil` without announcements. See
  /// ``collectEnds()``.
  public var fileDescriptor: Int32? { ends.fileDescriptor }

  /// Takes the announcements that wait in the kernel. The next round reports them.
  ///
  /// A round does this as well. Call it in between if more sockets end between two rounds than the receive buffer holds:
  /// about 3,000 with ``SocketEvents/defaultReceiveBuffer``.
  ///
  /// - Throws: ``SockDiagError``.
  public mutating func collectEnds() throws(SockDiagError) { try ends.collect() }

  /// Looks at all sockets and reports each of them, and those that ended.
  ///
  /// A socket that ended after this round's walk had seen it is reported twice in the round, the second time as ended;
  /// the traffic of both reports adds up.
  ///
  /// - Parameters:
  ///   - inspector: An inspector of the same network namespace in each round.
  ///   - body: Called for each socket.
  /// - Returns: What the round found.
  /// - Throws: ``SockDiagError``. The next round continues where the last successful one was.
  public mutating func update(
    _ inspector: inout SocketInspector, _ body: (borrowing TrackedSocket<InetSocket>) -> Void
  ) throws(SockDiagError) -> TrackingRound {
    mark &+= 1
    let mark = mark
    let now = ContinuousClock.now
    var clock = CoarseClock(now)
    table.recognizesNew = sawAll && matchesFromTheStart
    var round = TrackingRound(number: Int(mark), began: now, elapsed: lastBegan.map { now - $0 })
    // After a defect that may pass the walk is repeated. What was seen already is not reported again.
    for attempt in 0..<3 {
      table.beginWalk()
      let duplicates = round.duplicates
      (round.defects, round.source) = try inspector.reader.forEach(query) { socket in
        table.record(&socket, mark, at: clock.next(), in: &round, body)
        return .continue
      }
      // A repeated walk sees again what the first one saw.
      if attempt > 0 { round.duplicates = duplicates }
      if round.defects.isDisjoint(with: .worthRetrying) { break }
    }
    try ends.collect()
    filter = query.filter.namesDirections ? try inspector.reader.resolved(query).filter : query.filter
    reportAnnounced(in: &round, body)
    try reportUnseen(&inspector, in: &round, body)
    lastBegan = round.began
    sawAll = round.defects.isDisjoint(with: .worthRetrying)
    return round
  }

  /// Reports the sockets whose ends were announced.
  private mutating func reportAnnounced(
    in round: inout TrackingRound, _ body: (borrowing TrackedSocket<InetSocket>) -> Void
  ) {
    let now = ContinuousClock.now
    // Taken out for the loop and given back for its capacity.
    var announced: [InetSocket] = []
    swap(&announced, &ends.sockets)
    for socket in announced {
      guard socket.protocol == query.protocol, query.family == nil || socket.family == query.family else { continue }
      if let index = table.find(socket.trackingKey) {
        // The table keeps the last record. Of a connection that was reset, the final one has neither peer nor figures.
        if table.statuses[index] != .reported {
          table.reportEnd(
            index, last: socket, isFinal: true, leftTimeWait: hasTimeWait(socket), at: now, in: &round, body)
        }
        table.remove(index)
      } else {
        reportUnknown(socket, at: now, in: &round, body)
      }
    }
    announced.removeAll(keepingCapacity: true)
    swap(&announced, &ends.sockets)
    round.missedEnds = ends.gap.take()
  }

  /// Reports a socket that began and ended since the last look.
  private mutating func reportUnknown(
    _ socket: InetSocket, at now: ContinuousClock.Instant, in round: inout TrackingRound,
    _ body: (borrowing TrackedSocket<InetSocket>) -> Void
  ) {
    // The final record is in `close`. The filter is asked about the socket as a walk would have seen it.
    var alive = socket
    let isConnection = socket.remote.port != 0
    if query.protocol == .tcp { alive.state = isConnection ? .established : .listen }
    let states: SocketStateSet =
      query.protocol != .tcp ? .all : isConnection ? .connections : [.listen, .close, .boundInactive]
    if query.states.isDisjoint(with: states) {
      if !isConnection { round.endedWithoutPeer += 1 }
      return
    }
    switch filter.evaluate(alive) {
    case false: return
    case nil:
      round.defects.insert(.undecided)
      return
    case true: break
    }
    round.ended += 1
    round.endedUnseen += 1
    if !isConnection { round.endedWithoutPeer += 1 }
    table.reportUnseen(socket, leftTimeWait: hasTimeWait(socket), at: now, body)
  }

  private func hasTimeWait(_ socket: InetSocket) -> Bool {
    guard query.protocol == .tcp, !socket.isRemains, let cookie = socket.cookie else { return false }
    return table.find(InetSocket.timeWaitKey(cookie)) != nil
  }

  /// Looks for the sockets that the walk did not see.
  private mutating func reportUnseen(
    _ inspector: inout SocketInspector, in round: inout TrackingRound,
    _ body: (borrowing TrackedSocket<InetSocket>) -> Void
  ) throws(SockDiagError) {
    if table.isAllSeen(in: round) { return }
    let mark = mark
    for index in table.indices where table.rounds[index] != mark {
      switch table.statuses[index] {
      case .free: break
      case .present: try reportUnseen(index, &inspector, in: &round, body)
      case .awaited where round.began - table.seen[index] < grace: round.awaited += 1
      case .awaited:
        round.endedUnannounced += 1
        table.reportEnd(
          index, last: nil, isFinal: false, leftTimeWait: hasTimeWait(table.sockets[index]), at: round.began,
          in: &round, body)
        table.statuses[index] = .reported
      case .reported: if round.began - table.seen[index] > memory { table.remove(index) }
      }
    }
  }

  private mutating func reportUnseen(
    _ index: Int, _ inspector: inout SocketInspector, in round: inout TrackingRound,
    _ body: (borrowing TrackedSocket<InetSocket>) -> Void
  ) throws(SockDiagError) {
    let last = table.sockets[index]
    if round.source == .sockDiag, InetReader<InspectorTransport>.hasAddressesOfItsOwn(last), !last.isRemains {
      // The kernel's walk may miss a socket; its hash does not.
      if var found = try inspector.reader.current(last, details: query.details), !found.isRemains {
        let now = ContinuousClock.now
        if query.matches(found) == false {
          table.reportEnd(index, last: found, isFinal: false, at: now, in: &round, body)
          table.remove(index)
        } else {
          round.recovered += 1
          round.sockets += 1
          table.rounds[index] = mark
          table.report(index, &found, isNew: false, at: now, in: &round, body)
        }
        return
      }
    } else if !round.defects.isDisjoint(with: .worthRetrying) {
      // It may be among those that the walk lost.
      return
    }
    if ends.areExpected, round.source == .sockDiag, !last.isMinisocket {
      table.statuses[index] = .awaited
      round.awaited += 1
      return
    }
    table.reportEnd(
      index, last: nil, isFinal: false, leftTimeWait: hasTimeWait(last), at: .now, in: &round, body)
    table.remove(index)
  }
}

extension SocketQuery {
  /// Whether a socket that matches has matched since it was young. If not, as with `rtt > 50ms`, one that matches for the
  /// first time may be old.
  fileprivate var matchesFromTheStart: Bool {
    (self.protocol != .tcp || states.contains(.established)) && filter.isAboutBirth
  }
}

extension SocketStateSet {
  /// The states of sockets with a peer.
  fileprivate static let connections = connected.subtracting([.timeWait, .boundInactive])
}
