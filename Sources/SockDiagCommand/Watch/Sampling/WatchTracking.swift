internal import SockDiag

/// Follows the chosen sockets from look to look.
///
/// Not sendable: it stays on the thread that made it.
final class WatchTracking {
  /// The sockets of one protocol.
  private final class Part {
    var tracker: SocketTracker
    let query: SocketQuery
    var sums: (any SocketSums)?

    init(_ query: SocketQuery, _ tracker: consuming SocketTracker) {
      self.query = query
      self.tracker = tracker
    }
  }

  private var inspector: SocketInspector
  private let parts: [Part]
  /// Remarks that hold for every look.
  private var standingRemarks: [String] = []
  private var histories: [UInt64: RateHistory] = [:]
  private var scores: [UInt64: Double] = [:]
  private var groupHistories: [GroupName: RateHistory] = [:]
  private var grouping: Grouping?
  private let book = GroupBook()
  private var received = RateHistory()
  private var sent = RateHistory()
  private var lastBegan: ContinuousClock.Instant?
  private var began = ContinuousClock.now
  private var number = 0

  /// Subscribes to the ends of the sockets. Where the kernel does not announce them, they are noticed by their absence.
  init(_ selection: Selection) throws(SockDiagError) {
    inspector = try SocketInspector()
    var parts: [Part] = []
    for query in selection.queries {
      let groups = SocketEventGroups(query.protocol, query.family)
      guard !groups.isEmpty else {
        parts.append(Part(query, SocketTracker(query)))
        continue
      }
      do throws(SockDiagError) {
        // Enough for 10,000 ends per second while a look takes a second.
        let ends = try SocketEvents(groups, receiveBuffer: 16 << 20)
        parts.append(Part(query, SocketTracker(query, ends: ends)))
      } catch {
        standingRemarks.append(
          "the ends of \(query.protocol) sockets are not announced, so last figures may be missing")
        parts.append(Part(query, SocketTracker(query)))
      }
    }
    self.parts = parts
  }

  /// Takes announcements of ends that wait in the kernel, so that its buffer does not overflow between two looks.
  func collectEnds() throws(SockDiagError) {
    for part in parts { try part.tracker.collectEnds() }
  }

  /// Looks at all sockets.
  func look(_ request: WatchRequest, skipped: Int) throws(SockDiagError) -> WatchSample {
    group(by: request.grouping)
    began = .now
    number += 1
    let elapsed = lastBegan.map { began - $0 }
    lastBegan = began
    var sample = WatchSample(number: number, time: .now, elapsed: elapsed, remarks: standingRemarks)
    if skipped > 0, let elapsed {
      sample.remarks.append(
        "\(skipped.counted("look was", "looks were")) skipped: a look takes longer than the interval;"
          + " the last one was \(elapsed.shortText) ago")
    }
    var top = TopRows(limit: request.limit)
    for part in parts { try look(part, request, &sample, &top) }
    sample.rows = top.sorted()
    keepHistories(of: &sample)
    if let grouping { addGroups(grouping, request, to: &sample) }
    if let wanted = request.detailed { sample.details = try inspector.current(wanted, details: .all) }
    return sample
  }

  private func look(
    _ part: Part, _ request: WatchRequest, _ sample: inout WatchSample, _ top: inout TopRows
  ) throws(SockDiagError) {
    var totals = sample.totals
    var detailed = sample.detailed
    let detailedKey = request.detailed?.trackingKey
    let (now, interval, isFirst) = (began, sample.elapsed, number == 1)
    let scores = scores
    var sums = part.sums
    // One owner, so that sums are not copied at each socket.
    part.sums = nil
    try sums?.begin(part.query, by: &inspector)
    let round = try part.tracker.update(&inspector) { tracked in
      let traffic = tracked.change == .continued ? nil : tracked.traffic
      if tracked.change == .ended { totals.ended += 1 } else { totals.count(tracked.socket.state) }
      if tracked.change == .appeared, !isFirst { totals.appeared += 1 }
      if let traffic { totals.traffic += traffic }
      if sums != nil {
        sums?.add(tracked)
        if tracked.socket.trackingKey != detailedKey { return }
      }
      let figures = WatchFigures(tracked, traffic, since: interval, now: now, order: request.order)
      let key = tracked.socket.trackingKey
      var score = request.score(figures)
      // A socket that ended keeps the place that it had, so that it is seen before it goes.
      if tracked.change == .ended, let last = scores[key] { score = max(score, last) }
      let isAdmitted = top.admits(score: score, key: key)
      guard isAdmitted || key == detailedKey else { return }
      var row = WatchRow(key: key, socket: tracked.socket.withoutDetails, change: tracked.change, figures: figures)
      if request.order != .rtt { row.figures.roundTrip = tracked.socket.roundTrip }
      row.isOlder = !tracked.beganWhileTracked
      row.score = score
      if key == detailedKey { detailed = row }
      if isAdmitted { top.add(row) }
    }
    part.sums = sums
    sample.totals = totals
    sample.detailed = detailed
    note(round, part, &sample.remarks)
  }

  private func note(_ round: TrackingRound, _ part: Part, _ remarks: inout [String]) {
    if let gap = round.missedEnds { remarks.append("\(gap.explanation): as many ends of sockets are missing") }
    var found = Remarks()
    found.note(part.query.protocol, round.defects, matching: part.query.filter, inspector.substitution)
    remarks += found.sentences
  }

  /// Prepares the sums of groups.
  private func group(by grouping: Grouping?) {
    if grouping == self.grouping { return }
    self.grouping = grouping
    groupHistories = [:]
    for part in parts { part.sums = grouping?.sums(part.query.protocol, in: .none("this namespace")) }
  }

  private func addGroups(_ grouping: Grouping, _ request: WatchRequest, to sample: inout WatchSample) {
    sample.grouping = grouping
    if grouping.needsHolders {
      do throws(CommandFailure) {
        try book.findProcesses(parts.flatMap { $0.sums?.inodes ?? [] })
      } catch {
        sample.remarks.append(error.message)
      }
      var remarks = Remarks()
      remarks.note(undecided: 0, hidden: book.hiddenCount)
      sample.remarks += remarks.sentences
    }
    var groups: [GroupName: SummaryGroup] = [:]
    for part in parts {
      part.sums?.forEach(book) { name, sums in groups[name, default: SummaryGroup()] += sums }
    }
    var all = groups.map { WatchGroup($0.key, $0.value, elapsed: sample.elapsed) }
    for index in all.indices { all[index].score = request.score(all[index].figures) }
    all.sort(by: WatchGroup.precedes)
    sample.groups = Array(all.prefix(request.limit))
    var kept: [GroupName: RateHistory] = [:]
    for index in sample.groups.indices {
      let group = sample.groups[index]
      var history = groupHistories[group.name] ?? RateHistory()
      if sample.elapsed != nil { history.append(group.figures.rate ?? 0) }
      sample.groups[index].history = history
      kept[group.name] = history
    }
    groupHistories = kept
  }

  /// Continues the histories of the rows that are kept, and forgets all others.
  private func keepHistories(of sample: inout WatchSample) {
    var kept: [UInt64: RateHistory] = [:]
    scores.removeAll(keepingCapacity: true)
    func keep(_ row: inout WatchRow) {
      var history = histories[row.key] ?? RateHistory()
      if sample.elapsed != nil { history.append(row.figures.rate ?? 0) }
      row.history = history
      if row.hasEnded { return }
      kept[row.key] = history
      scores[row.key] = row.score
    }
    for index in sample.rows.indices { keep(&sample.rows[index]) }
    if var row = sample.detailed {
      keep(&row)
      sample.detailed = row
    }
    histories = kept
    if let rate = sample.rate(\.bytesReceived) { received.append(rate) }
    if let rate = sample.rate(\.bytesAcknowledged) { sent.append(rate) }
    (sample.received, sample.sent) = (received, sent)
  }
}

extension WatchFigures {
  /// The figures of a socket in a look.
  ///
  /// - Parameters:
  ///   - traffic: What it carried since the last look, or all that a new socket has carried.
  ///   - interval: The time since the last look.
  ///   - order: What rows are sorted by. Other figures that are costly are left out.
  fileprivate init(
    _ tracked: borrowing TrackedSocket<InetSocket>, _ traffic: SocketCounters?, since interval: Duration?,
    now: ContinuousClock.Instant, order: WatchOrder
  ) {
    if tracked.socket.state == .listen {
      // A listener carries nothing.
    } else if tracked.change == .continued, tracked.socket.isConnectionOriented {
      (received, sent, retransmitted) = (0, 0, 0)
    } else if let traffic, let elapsed = tracked.elapsed ?? interval, elapsed > .zero {
      let seconds = elapsed / .seconds(1)
      received = traffic.bytesReceived.map { Double($0) / seconds }
      sent = traffic.bytesAcknowledged.map { Double($0) / seconds }
      retransmitted = traffic.segmentsRetransmitted.map { Double($0) / seconds }
    }
    if order == .rtt { roundTrip = tracked.socket.roundTrip }
    age = max(now - tracked.firstSeen, .zero)
    queue = Self.queue(of: tracked.socket)
  }
}

extension InetSocket {
  /// The smoothed round-trip time of a connection.
  fileprivate var roundTrip: Duration? {
    guard state != .listen, let time = tcpInfo?.smoothedRTT, time > .zero else { return nil }
    return time
  }
}

extension SocketEventGroups {
  /// The groups that announce sockets of a protocol; empty if none do.
  init(_ transport: TransportProtocol, _ family: AddressFamily?) {
    switch transport {
    case .tcp: self = .tcp
    case .udp: self = .udp
    default: self = []
    }
    switch family {
    case .inet: formIntersection(.inet)
    case .inet6: formIntersection(.inet6)
    default: break
    }
  }
}
