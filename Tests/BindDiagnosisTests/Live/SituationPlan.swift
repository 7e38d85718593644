import SockDiag
import SocketLaboratory

/// Sockets that are to hold a port, and one that asks for it.
struct SituationPlan {
  var holders: [HolderPlan]
  var request: SocketPlan
  /// Whether a bound socket is to listen between the bind() and the listen() of the request.
  var isRaced: Bool

  /// A random situation.
  init(using generator: inout SeededGenerator) {
    let model = SocketPlan(generator.chance(75) ? .tcp : .udp, using: &generator)
    let count = generator.pick([1, 1, 2, 2, 3, 4, 5])
    holders = (0..<count).map { _ in HolderPlan(like: model, using: &generator) }
    request = SocketPlan(model.protocol, like: model, using: &generator)
    isRaced = generator.chance(40)
  }
}

extension SituationPlan: CustomStringConvertible {
  var description: String { "[\(request)] beside [\(holders.map(\.description).joined(separator: "; "))]" }
}
