internal import ArgumentParser
internal import SockDiag

/// What the rows of `watch` are sorted by. The highest value comes first.
enum WatchOrder: String, CaseIterable, Sendable, ExpressibleByArgument {
  /// Bytes per second, received and sent.
  case rate
  /// Segments sent again per second.
  case retransmits
  /// The smoothed round-trip time.
  case rtt
  /// The longer of the two queues; listeners whose accept queue has connections come first.
  case queue
  /// The time since the socket was first seen. Groups have no age; the largest come first.
  case age

  /// The order that follows in a round of all.
  var next: WatchOrder { Self.allCases[(place + 1) % Self.allCases.count] }

  private var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  /// The value of a socket; `nil` if it has none, and then it comes last.
  func value(of figures: WatchFigures) -> Double? {
    switch self {
    case .rate: figures.rate
    case .retransmits: figures.retransmitted
    case .rtt: figures.roundTrip.map { $0 / .seconds(1) }
    case .queue: figures.queue
    case .age: figures.sockets > 1 ? Double(figures.sockets) : figures.age / .seconds(1)
    }
  }
}

/// The figures of a socket that change from look to look.
struct WatchFigures: Hashable, Sendable {
  /// Bytes per second; `nil` if the socket counts none, or if it was seen only once.
  var received: Double?
  var sent: Double?
  /// Segments sent again per second.
  var retransmitted: Double?
  /// The smoothed round-trip time.
  var roundTrip: Duration?
  /// The time since the socket was first seen.
  var age = Duration.zero
  /// The measure of ``WatchOrder/queue``.
  var queue = 0.0
  /// The number of sockets: more than one in groups.
  var sockets = 1

  /// Bytes per second, both ways.
  var rate: Double? {
    guard received != nil || sent != nil else { return nil }
    return (received ?? 0) + (sent ?? 0)
  }
}

extension WatchFigures {
  /// Sockets that wait for `accept` count more than any bytes: the program is behind, and clients wait.
  static func queue(of socket: InetSocket) -> Double {
    if socket.state == .listen { return socket.receiveQueue == 0 ? 0 : 0x1p40 + Double(socket.receiveQueue) }
    return Double(max(socket.receiveQueue, socket.sendQueue))
  }
}
