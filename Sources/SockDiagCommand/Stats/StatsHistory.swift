internal import SockDiag

/// The looks of a run, for a chart of all of them. However long the run is, it keeps a bounded number of points.
struct StatsHistory {
  /// The figures of a group at a time.
  struct Values: Hashable, Sendable {
    var sockets = 0.0
    var received: Double?
    var sent: Double?
    var retransmits: Double?
    /// In seconds.
    var roundTrip: Double?

    init(_ sample: StatsSample, _ sums: SummaryGroup) {
      sockets = Double(sums.sockets)
      received = sample.elapsed == nil ? nil : sample.rate(sums.counters.bytesReceived)
      sent = sample.elapsed == nil ? nil : sample.rate(sums.counters.bytesAcknowledged)
      retransmits = sample.elapsed == nil ? nil : sums.retransmitShare
      roundTrip = sums.roundTrips.median.map { $0 / .seconds(1) }
    }

    /// The mean of two neighbours; of a figure that only one of them has, that one.
    func mean(_ other: Values) -> Values {
      var mean = self
      mean.sockets = (sockets + other.sockets) / 2
      mean.received = Self.mean(received, other.received)
      mean.sent = Self.mean(sent, other.sent)
      mean.retransmits = Self.mean(retransmits, other.retransmits)
      mean.roundTrip = Self.mean(roundTrip, other.roundTrip)
      return mean
    }

    private static func mean(_ left: Double?, _ right: Double?) -> Double? {
      guard let left, let right else { return left ?? right }
      return (left + right) / 2
    }
  }

  /// The groups at a time.
  struct Point: Sendable {
    /// Since the first look.
    var seconds: Double
    var groups: [GroupName: Values]
  }

  private(set) var points: [Point] = []
  private(set) var start: Timestamp?
  let grouping: Grouping
  /// The filter; empty for all sockets.
  let filter: String
  private let path: String
  private let capacity: Int
  private var lastWrite: ContinuousClock.Instant?

  /// Prepares a history, and the file of its chart: a path that cannot be written is reported before the run.
  init(path: String, _ grouping: Grouping, _ filter: SocketFilter, capacity: Int = 2_000) throws(CommandFailure) {
    self.path = path
    self.grouping = grouping
    self.filter = filter == .everything ? "" : "\(filter)"
    self.capacity = capacity
    try write()
  }

  /// Adds a look, and renews the file if the last time is long ago.
  mutating func add(_ sample: StatsSample) throws(CommandFailure) {
    let first = start ?? sample.time
    start = first
    let seconds = sample.time.seconds(since: first)
    var groups: [GroupName: Values] = [:]
    for group in sample.groups {
      if let name = group.name { groups[name] = Values(sample, group.sums) }
    }
    points.append(Point(seconds: seconds, groups: groups))
    if points.count > capacity { thin() }
    if lastWrite.map({ $0.duration(to: .now) >= .seconds(10) }) ?? true {
      try write()
      lastWrite = .now
    }
  }

  /// Writes the chart of the whole run.
  func finish() throws(CommandFailure) { try write() }

  /// Puts neighbours together, so that half as many points remain.
  private mutating func thin() {
    points = stride(from: 0, to: points.count, by: 2).map { index in
      guard index + 1 < points.count else { return points[index] }
      let (left, right) = (points[index], points[index + 1])
      return Point(
        seconds: (left.seconds + right.seconds) / 2,
        groups: left.groups.merging(right.groups) { $0.mean($1) })
    }
  }

  private func write() throws(CommandFailure) {
    try ReplacedFile.write(Array(StatsChart(self).svg.utf8), to: path)
  }
}

extension Timestamp {
  /// The seconds since an earlier time; less than zero if the clock was set back.
  func seconds(since earlier: Timestamp) -> Double {
    Double(seconds - earlier.seconds) + Double(milliseconds - earlier.milliseconds) / 1_000
  }
}
