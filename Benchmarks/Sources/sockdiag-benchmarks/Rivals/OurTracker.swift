import SockDiag

/// A round of a tracker that follows every socket, with the kernel's announcements of ends.
final class OurTracker: Rival {
  let name: String
  let role = Role.ours

  private var inspector: SocketInspector
  private var tracker: SocketTracker

  init(_ states: SocketStateSet = .all, details: InetDetails = []) throws {
    name = details.isEmpty ? "SockDiag: a tracker's round" : "SockDiag: a tracker's round, with details"
    inspector = try SocketInspector()
    tracker = SocketTracker(SocketQuery(.tcp, states: states, details: details), ends: try SocketEvents(.tcp))
  }

  func run() throws -> Int? {
    var count = 0
    let round = try tracker.update(&inspector) { tracked in
      if tracked.change != .ended { count += 1 }
    }
    guard count == round.sockets else {
      throw BenchmarkError("the tracker reported \(count) sockets and counted \(round.sockets)")
    }
    return count
  }
}
