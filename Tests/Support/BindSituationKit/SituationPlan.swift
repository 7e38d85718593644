internal import SockDiag
package import SockDiagTestKit

/// Sockets that will hold a port, and a request for that port.
package struct SituationPlan {
  package var sockets: [PortSocketPlan]
  package var request: SocketPlan
  /// Whether a bound socket calls listen() between the bind() and the listen() of the request.
  package var isRaced: Bool

  /// A random situation.
  package init(using generator: inout SeededGenerator) {
    let model = SocketPlan(generator.chance(75) ? .tcp : .udp, using: &generator)
    let count = generator.pick([1, 1, 2, 2, 3, 4, 5])
    sockets = (0..<count).map { _ in PortSocketPlan(like: model, using: &generator) }
    request = SocketPlan(model.protocol, like: model, using: &generator)
    isRaced = generator.chance(40)
  }
}

extension SituationPlan: CustomStringConvertible {
  package var description: String { "[\(request)] beside [\(sockets.map(\.description).joined(separator: "; "))]" }
}
