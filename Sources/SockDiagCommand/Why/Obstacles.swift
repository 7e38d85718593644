internal import BindDiagnosis
internal import SockDiag
internal import SocketOwners

/// What a diagnosis found in the way, as far as it would be worth telling that it is something else by now.
struct Obstacles: Hashable {
  private struct Obstacle: Hashable {
    var use: PortUse
    var local: SocketAddress
    var pids: Set<Int32>
  }

  private let verdict: Diagnosis.Verdict
  /// Without their peers: the connections of a server change all the time.
  private let sockets: Set<Obstacle>

  init(_ diagnosis: Diagnosis) {
    verdict = diagnosis.verdict
    sockets = Set(
      diagnosis.blockers.map { blocker in
        Obstacle(use: blocker.use, local: blocker.socket.local, pids: Set(blocker.holders.map(\.pid)))
      })
  }
}
