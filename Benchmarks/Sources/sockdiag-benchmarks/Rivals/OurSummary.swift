import SockDiag

/// Counts by state, without any socket.
final class OurStateCounts: Rival {
  let name = "SockDiag: counts by state"
  let role = Role.ours

  private var inspector: SocketInspector
  private let query = SocketQuery(.tcp, states: .all)

  init() throws { inspector = try SocketInspector() }

  func run() throws -> Int? { try inspector.stateCounts(query).total }
}

/// Sums of queues and traffic by a key, with the storage of the last poll.
final class OurSummary: Rival {
  let name: String
  let role = Role.ours

  private let work: () throws -> Int

  private init(_ what: String, _ work: @escaping () throws -> Int) {
    name = "SockDiag: sums by \(what)"
    self.work = work
  }

  static func byState(details: InetDetails = []) throws -> OurSummary {
    let poll = Poll(inspector: try SocketInspector())
    var summary = Summary<SocketState>()
    let query = SocketQuery(.tcp, states: .all, details: details)
    return OurSummary("state") {
      try poll.inspector.summarize(query, by: .state, into: &summary)
      return summary.total.sockets
    }
  }

  static func byLocalPort(details: InetDetails = []) throws -> OurSummary {
    let poll = Poll(inspector: try SocketInspector())
    var summary = Summary<UInt16>()
    let query = SocketQuery(.tcp, states: .all, details: details)
    return OurSummary("local port") {
      try poll.inspector.summarize(query, by: .localPort, into: &summary)
      return summary.total.sockets
    }
  }

  /// What was carried since the last look, as `stats --every` sums it.
  static func ofTracker() throws -> OurSummary {
    let poll = TrackedPoll(inspector: try SocketInspector())
    var summary = Summary<SocketState>()
    return OurSummary("state, followed by a tracker") {
      summary.removeAll()
      _ = try poll.tracker.update(&poll.inspector) { summary.add($0, to: $0.socket.state) }
      return summary.total.sockets
    }
  }

  func run() throws -> Int? { try work() }

  private final class TrackedPoll {
    var inspector: SocketInspector
    var tracker = SocketTracker(SocketQuery(.tcp, states: .all, details: .tcpInfo))

    init(inspector: consuming SocketInspector) { self.inspector = inspector }
  }

  /// Holds what a closure cannot own.
  private final class Poll {
    var inspector: SocketInspector

    init(inspector: consuming SocketInspector) { self.inspector = inspector }
  }
}

/// A dump to an array by two threads.
final class OurWalkers: Rival {
  let name = "SockDiag: to an array, two walkers"
  let role = Role.ours

  private var walkers: SocketWalkers
  private let query = SocketQuery(.tcp, states: .all)

  init() throws { walkers = try SocketWalkers() }

  func run() throws -> Int? { try walkers.dump(query).sockets.count }
}
