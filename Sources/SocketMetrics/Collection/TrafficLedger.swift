internal import SockDiagWire

/// What the sockets of a key carried and did.
struct ServiceTraffic: Sendable {
  var counters = SocketCounters()
  var opened: UInt64 = 0
  var ended: UInt64 = 0

  static func += (left: inout ServiceTraffic, right: ServiceTraffic) {
    left.counters += right.counters
    left.opened &+= right.opened
    left.ended &+= right.ended
  }
}

/// Counters of keys that only grow, of which the busiest have label sets of their own.
///
/// The traffic of all other keys is counted under one key for good: a key that gets a set later begins there at zero, and
/// the total of a key that loses its set is added to the others. So no counter ever falls, and the sum of all is right.
struct TrafficLedger<Key: Hashable & Comparable & Sendable>: Sendable {
  private var sets: LabelSets<Key>
  private var totals: [Key: ServiceTraffic] = [:]
  private var others: ServiceTraffic?
  /// How busy each key has been lately.
  private var weights: [Key: Double] = [:]

  init(limit: Int) { sets = LabelSets(limit: limit) }

  /// The number of keys that are counted together.
  var cut: Int { weights.count - sets.chosen.count }

  /// Adds what a look found.
  ///
  /// - Parameter look: The traffic of each key that has sockets, and how many it has.
  mutating func add(_ look: [Key: (traffic: ServiceTraffic, sockets: Int)]) {
    // Half of the weight is gone after seven looks. A key is forgotten soon after its last socket, unless it has a set.
    for (key, weight) in weights { weights[key] = weight * 0.9 }
    for (key, entry) in look {
      let counters = entry.traffic.counters
      let segments = (counters.segmentsSent ?? 0) &+ (counters.segmentsReceived ?? 0) &+ (counters.drops ?? 0)
      weights[key, default: 0] += Double(entry.sockets) + Double(entry.traffic.ended) + Double(segments)
    }
    weights = weights.filter { $0.value >= 0.5 || sets.chosen.contains($0.key) }
    sets.choose(by: weights)
    for (key, total) in totals where !sets.chosen.contains(key) {
      totals[key] = nil
      addToOthers(total)
    }
    for (key, entry) in look {
      if sets.chosen.contains(key) {
        totals[key, default: ServiceTraffic()] += entry.traffic
      } else {
        addToOthers(entry.traffic)
      }
    }
  }

  private mutating func addToOthers(_ traffic: ServiceTraffic) {
    var sum = others ?? ServiceTraffic()
    sum += traffic
    others = sum
  }

  /// The totals in the order of the keys, and at the end those of all others under the key `nil`.
  var entries: [(key: Key?, total: ServiceTraffic)] {
    var entries: [(key: Key?, total: ServiceTraffic)] = totals.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    if let others { entries.append((nil, others)) }
    return entries
  }
}
