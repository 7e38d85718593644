internal import BindDiagnosis
internal import SockDiag
internal import SocketOwners

/// The cause that a diagnosis found, reduced to the facts that make a new report worthwhile.
struct Obstacles: Hashable {
  private struct Obstacle: Hashable {
    var use: PortUse
    var local: SocketAddress
    var pids: Set<Int32>
  }

  private let verdict: Diagnosis.Verdict
  /// The blocking sockets without their peers, because the connections of a server change all the time.
  private let sockets: Set<Obstacle>

  init(_ diagnosis: Diagnosis) {
    verdict = diagnosis.verdict
    sockets = Set(
      diagnosis.blockers.map { blocker in
        Obstacle(use: blocker.use, local: blocker.socket.local, pids: Set(blocker.holders.map(\.pid)))
      })
  }
}
