internal import SockDiag
package import SocketLaboratory

/// Sockets that will hold a port, and a request for that port.
package struct SituationPlan {
  package var holders: [HolderPlan]
  package var request: SocketPlan
  /// Whether a bound socket calls listen() between the bind() and the listen() of the request.
  package var isRaced: Bool

  /// A random situation.
  package init(using generator: inout SeededGenerator) {
    let model = SocketPlan(generator.chance(75) ? .tcp : .udp, using: &generator)
    let count = generator.pick([1, 1, 2, 2, 3, 4, 5])
    holders = (0..<count).map { _ in HolderPlan(like: model, using: &generator) }
    request = SocketPlan(model.protocol, like: model, using: &generator)
    isRaced = generator.chance(40)
  }
}

extension SituationPlan: CustomStringConvertible {
  package var description: String { "[\(request)] beside [\(holders.map(\.description).joined(separator: "; "))]" }
}
