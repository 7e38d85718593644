internal import SockDiag

/// A socket in a sample.
struct WatchRow: Sendable {
  /// Identifies the socket from sample to sample.
  var key: UInt64
  /// The socket, without details.
  var socket: InetSocket
  /// Its network namespace, if all are looked at.
  var namespace: NamespaceTag?
  var change = SocketChange.continued
  var figures = WatchFigures()
  /// Whether the socket may be older than its age: it was there when this command began to look.
  var isOlder = false
  /// Its place in the order: the higher comes first.
  var score = 0.0
  /// Bytes per second in the last samples, the newest last.
  var history = RateHistory()

  var hasEnded: Bool { change == .ended }
}

/// All sockets of a sample together.
struct WatchTotals: Sendable {
  /// The number of sockets in each state, at the index of the state's number.
  private var counts = [Int](repeating: 0, count: 256)
  /// What the sockets carried since the last look.
  var traffic = SocketCounters()
  var appeared = 0
  var ended = 0

  var sockets: Int { counts.reduce(0, +) }

  /// The states that have sockets, the most frequent first.
  var states: [(state: SocketState, count: Int)] {
    counts.indices.filter { counts[$0] > 0 }.map { (SocketState(rawValue: UInt8($0)), counts[$0]) }
      .sorted { ($0.count, $1.state.rawValue) > ($1.count, $0.state.rawValue) }
  }

  mutating func count(_ state: SocketState, _ number: Int = 1) { counts[Int(state.rawValue)] += number }
}

/// What one look found.
struct WatchSample: Sendable {
  /// The number of the look since the sockets were chosen, from 1. The first has no rates.
  var number = 1
  var time: Timestamp
  /// The time since the last look; `nil` in the first.
  var elapsed: Duration?
  var totals = WatchTotals()
  /// The first rows in the order that was asked for.
  var rows: [WatchRow] = []
  /// The groups in the order that was asked for, if sockets are grouped.
  var groups: [WatchGroup] = []
  /// What the groups are; `nil` for a sample of sockets.
  var grouping: Grouping?
  /// Bytes per second of all sockets in the last samples.
  var received = RateHistory()
  var sent = RateHistory()
  /// What the reader has to know: what is missing, and why.
  var remarks: [String] = []
  /// The row whose details were asked for, wherever it is in the order; `nil` if it is gone.
  var detailed: WatchRow?
  /// The same socket with all details.
  var details: InetSocket?

  /// A sum as a rate per second.
  func rate(_ counter: KeyPath<SocketCounters, UInt64?>) -> Double? {
    guard let elapsed, elapsed > .zero else { return nil }
    return Double(totals.traffic[keyPath: counter] ?? 0) / (elapsed / .seconds(1))
  }
}
