internal import SockDiag

/// What the view wants to see.
struct WatchRequest: Hashable, Sendable {
  /// The sockets. Other sockets begin anew, without rates.
  var selection: Selection
  var interval: Duration
  var order = WatchOrder.rate
  /// Whether the lowest value comes first.
  var isReversed = false
  /// What the sockets are grouped by; `nil` for a table of sockets.
  var grouping: Grouping?
  /// The number of rows to keep.
  var limit = 500
  /// The row whose details are wanted.
  var detailed: Detailed?

  struct Detailed: Hashable, Sendable {
    /// The key of the row.
    var key: UInt64
    var socket: InetSocket
  }

  /// The score by which a row is placed: the higher comes first. Rows without a value come last either way.
  func score(_ figures: WatchFigures) -> Double {
    guard let value = order.value(of: figures) else { return -.infinity }
    return isReversed ? -value : value
  }

  /// Whether another request needs a look at once: what is shown would be wrong for the rest of the interval.
  func needsLook(after other: WatchRequest) -> Bool {
    selection != other.selection || order != other.order || isReversed != other.isReversed || limit != other.limit
      || grouping != other.grouping
      || detailed?.key != other.detailed?.key
  }
}
