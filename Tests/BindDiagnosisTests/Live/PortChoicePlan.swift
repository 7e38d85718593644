import BindDiagnosis
import BindSituationKit
import SockDiag
import SockDiagTestKit
import SocketLaboratory
import SocketLaboratoryKit

/// A socket whose port the kernel chooses, and the call that makes it choose.
struct PortChoicePlan {
  /// The call that has to find a port.
  enum Call: CaseIterable {
    case bind
    /// After a bind() with IP_BIND_ADDRESS_NO_PORT.
    case listen, connect, connectUDP
    /// Without any bind().
    case unboundListen
  }

  var socket: SocketPlan
  var call: Call
  var prefersIPv4: Bool
  /// The socket's own range.
  var bounds: PortBounds?

  /// A random choice.
  init(like model: SocketPlan, using generator: inout SeededGenerator) {
    socket = SocketPlan(model.protocol, like: model, using: &generator)
    prefersIPv4 = generator.chance(50)
    let isTCP = socket.protocol == .tcp
    if isTCP, socket.address.unmapped.isUnspecified, !socket.address.isV4Mapped, generator.chance(30) {
      call = .unboundListen
    } else if generator.chance(isTCP ? 40 : 50) {
      call = isTCP ? (generator.chance(50) ? .listen : .connect) : .connectUDP
    } else {
      call = .bind
    }
    let isLate = call != .bind && call != .unboundListen
    // Without a bind() the option has no effect.
    if isLate || call == .unboundListen && generator.chance(20) { socket.options.insert(.bindAddressNoPort) }
  }

  var request: BindRequest {
    var request = socket.request(0)
    request.portBounds = bounds
    request.callsBind = call != .unboundListen
    return request
  }
}

extension PortChoicePlan: CustomStringConvertible {
  var description: String { "\(call) of \(socket)\(bounds.map { " \($0.lowest)-\($0.highest)" } ?? "")" }
}
