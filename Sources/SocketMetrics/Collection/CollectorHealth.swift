internal import SockDiag
internal import SockDiagWire

/// What the collector knows of its own work.
struct CollectorHealth: Sendable {
  var looks: UInt64 = 0
  var began = ContinuousClock.now
  var duration = Duration.zero
  /// Looks with a defect, by protocol and defect.
  var defects: [[MetricLabel]: UInt64] = [:]
  var isComplete = true
  var missedEnds: UInt64 = 0
  var unannouncedEnds: UInt64 = 0
  var areEndsAnnounced = false
  /// The number of label sets that are counted together, by the family they would be in.
  private(set) var cut: [(labels: [MetricLabel], count: Int)] = []

  private static let names: [(DumpDefects, String)] = [
    (.interrupted, "interrupted"), (.overrun, "overrun"), (.truncated, "truncated"), (.malformed, "malformed"),
    (.unfinished, "unfinished"), (.missingStates, "missing-states"), (.undecided, "undecided"),
  ]

  mutating func begin() {
    began = .now
    looks += 1
    isComplete = true
    cut = []
  }

  /// Notes how many label sets of a family, or of all whose names begin so, are counted together.
  mutating func noteCut(_ count: Int, of family: String, _ labels: [MetricLabel] = []) {
    cut.append(([MetricLabel("family", family)] + labels, count))
  }

  mutating func note(_ round: TrackingRound, _ transport: TransportProtocol) {
    for (defect, name) in Self.names {
      let labels = [MetricLabel("protocol", "\(transport)"), MetricLabel("defect", name)]
      // Each exists from the start, so that its first rise is seen.
      defects[labels, default: 0] += round.defects.contains(defect) ? 1 : 0
    }
    if !round.defects.isComplete { isComplete = false }
    if let gap = round.missedEnds { missedEnds += UInt64(gap.dropped ?? 1) }
    unannouncedEnds += UInt64(round.endedUnannounced)
  }
}
