internal import SockDiag

/// Follows the chosen sockets from look to look.
///
/// Not sendable: it stays on the thread that made it.
final class WatchTracking {
  private let places: [WatchPlace]
  /// Remarks that hold for every look.
  private let standingRemarks: [String]
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

  init(_ selection: Selection, in scope: WatchScope) {
    standingRemarks = scope.remarks
    let all: [NamespaceTag?] = scope.namespaces.map { $0.map(Optional.some) } ?? [nil]
    let queries = Array(selection.queries)
    places = all.enumerated().map { WatchPlace(queries, in: $0.element, number: $0.offset) }
  }

  /// Takes announcements of ends that wait in the kernel, so that its buffer does not overflow between two looks.
  func collectEnds() throws(SockDiagError) { for place in places { try place.collectEnds() } }

  /// Looks at all sockets.
  func look(_ request: WatchRequest, skipped: Int) throws(SockDiagError) -> WatchSample {
    group(by: request.grouping)
    began = .now
    number += 1
    let elapsed = lastBegan.map { began - $0 }
    lastBegan = began
    var sample = WatchSample(number: number, time: .now, elapsed: elapsed)
    var remarks = Remarks()
    for remark in standingRemarks { remarks.add(remark) }
    if skipped > 0 {
      remarks.add("a look takes longer than \(DurationArgument.spelt(request.interval)), so some are left out")
    }
    var top = TopRows(limit: request.limit)
    var visit = NamespaceVisit(places.compactMap(\.namespace))
    for place in places {
      guard let namespace = place.namespace else {
        try look(place, request, &sample, &top, &remarks)
        continue
      }
      try visit.attempt(namespace, &remarks) { (remarks) throws(SockDiagError) in
        try look(place, request, &sample, &top, &remarks)
        return true
      }
    }
    visit.note(&remarks)
    sample.rows = top.sorted()
    keepHistories(of: &sample)
    if let grouping { addGroups(grouping, request, to: &sample, &remarks) }
    sample.remarks = remarks.sentences
    return sample
  }

  private func look(
    _ place: WatchPlace, _ request: WatchRequest, _ sample: inout WatchSample, _ top: inout TopRows,
    _ remarks: inout Remarks
  ) throws(SockDiagError) {
    var totals = sample.totals
    var detailed: WatchRow?
    let detailedKey = request.detailed?.key
    let (now, interval, isFirst) = (began, sample.elapsed, number == 1)
    let (scores, isGrouped) = (scores, grouping != nil)
    try place.look(&remarks) { tracked in
      let traffic = tracked.change == .continued ? nil : tracked.traffic
      if tracked.change == .ended { totals.ended += 1 } else { totals.count(tracked.socket.state) }
      if tracked.change == .appeared, !isFirst { totals.appeared += 1 }
      if let traffic { totals.traffic += traffic }
      let key = place.key(of: tracked.socket)
      if isGrouped, key != detailedKey { return }
      let figures = WatchFigures(tracked, traffic, since: interval, now: now, order: request.order)
      var score = request.score(figures)
      // A socket that ended keeps the place that it had, so that it is seen before it goes.
      if tracked.change == .ended, let last = scores[key] { score = max(score, last) }
      let isAdmitted = top.admits(score: score, key: key)
      guard isAdmitted || key == detailedKey else { return }
      var row = WatchRow(key: key, socket: tracked.socket.withoutDetails, change: tracked.change, figures: figures)
      row.namespace = place.namespace
      if request.order != .rtt { row.figures.roundTrip = tracked.socket.roundTrip }
      row.isOlder = !tracked.beganWhileTracked
      row.score = score
      if key == detailedKey { detailed = row }
      if isAdmitted { top.add(row) }
    }
    sample.totals = totals
    if let detailed, let wanted = request.detailed {
      sample.detailed = detailed
      sample.details = try place.details(of: wanted.socket)
    }
  }

  /// Prepares the sums of groups.
  private func group(by grouping: Grouping?) {
    if grouping == self.grouping { return }
    self.grouping = grouping
    groupHistories = [:]
    for place in places { place.group(by: grouping) }
  }

  private func addGroups(
    _ grouping: Grouping, _ request: WatchRequest, to sample: inout WatchSample, _ remarks: inout Remarks
  ) {
    sample.grouping = grouping
    let parts = places.flatMap(\.parts)
    if grouping.needsHolders {
      do throws(CommandFailure) {
        try book.findProcesses(parts.flatMap { $0.sums?.inodes ?? [] })
      } catch {
        remarks.add(error.message)
      }
      remarks.note(undecided: 0, hidden: book.hiddenCount)
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
