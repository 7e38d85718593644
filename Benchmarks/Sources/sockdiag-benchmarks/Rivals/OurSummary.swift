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

/// Sums by local port, with the storage of the last poll.
final class OurSummary: Rival {
  let name: String
  let role = Role.ours

  private var inspector: SocketInspector
  private var summary = Summary<UInt16>()
  private let query: SocketQuery

  init(details: InetDetails = []) throws {
    name = details.isEmpty ? "SockDiag: sums by local port" : "SockDiag: sums by local port, with traffic"
    inspector = try SocketInspector()
    query = SocketQuery(.tcp, states: .all, details: details)
  }

  func run() throws -> Int? {
    try inspector.summarize(query, by: .localPort, into: &summary)
    return summary.total.sockets
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
