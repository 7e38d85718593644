internal import SockDiag

/// A group of sockets in a sample.
struct WatchGroup: Sendable {
  var name: GroupName
  var sums: SummaryGroup
  /// The sums as rates; the round-trip time is the median.
  var figures: WatchFigures
  /// Its place in the order: the higher comes first.
  var score = 0.0
  /// Bytes per second in the last samples, the newest last.
  var history = RateHistory()

  /// Identifies the group from sample to sample.
  var key: UInt64 { Self.key(name) }

  /// - Parameter elapsed: The time since the last look; `nil` if there was none.
  init(_ name: GroupName, _ sums: SummaryGroup, elapsed: Duration?) {
    self.name = name
    self.sums = sums
    func rate(_ amount: UInt64?) -> Double? {
      guard let amount, let elapsed, elapsed > .zero else { return nil }
      return Double(amount) / (elapsed / .seconds(1))
    }
    figures = WatchFigures(
      received: rate(sums.counters.bytesReceived), sent: rate(sums.counters.bytesAcknowledged),
      retransmitted: rate(sums.counters.segmentsRetransmitted), roundTrip: sums.roundTrips.median,
      queue: sums.acceptQueue > 0
        ? 0x1p40 + Double(sums.acceptQueue) : Double(max(sums.receiveQueue, sums.sendQueue)),
      sockets: sums.sockets)
  }

  /// FNV-1a of the name: the same in every process, unlike hashes of the language.
  private static func key(_ name: GroupName) -> UInt64 {
    name.text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  static func precedes(_ left: WatchGroup, _ right: WatchGroup) -> Bool {
    left.score == right.score ? left.name.text < right.name.text : left.score > right.score
  }
}

extension GroupName {
  /// The condition of a filter that chooses the sockets of the group; `nil` if the language has none.
  var filter: String? {
    switch self {
    case .port(let port, _): "sport = :\(port)"
    case .peerPort(let port, _): "dport = :\(port)"
    case .peer(let network): "dst \(network)"
    case .state(let state, _): "state \(state)"
    case .direction(let direction): "direction = \(direction)"
    case .user(let uid, _): "uid = \(uid)"
    case .cgroup(_, let path?): "cgroup = \(path)"
    default: nil
    }
  }
}
