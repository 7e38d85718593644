internal import BindDiagnosis
package import SockDiag
package import SockDiagTestKit

/// A socket that will hold a port, and its options.
package struct PortSocketPlan {
  /// How the socket gets its port.
  package enum Form: String, CaseIterable {
    case bound, listening, accepted, outgoing, autobound
    /// A listener that was shut down.
    case shutDown
    /// A connection that its program disconnected with AF_UNSPEC.
    case disconnected
  }

  /// The state to which a connection is brought.
  package enum Ending: String, CaseIterable {
    case established, finWait1, finWait2, closeWait, lastACK, timeWait
    case finWait1Orphan, finWait2Orphan, lastACKOrphan, timeWaitOfOrphan
  }

  package var socket: SocketPlan
  package var form: Form
  package var ending: Ending
  /// Whether the listener stays open after its connection was accepted.
  package var listenerStays: Bool
  /// Whether the listener's user accepts the connection, or root.
  package var isAcceptedByUser: Bool
  /// Whether a dual-stack socket has an IPv4 peer.
  package var prefersIPv4: Bool
  /// SO_REUSEADDR and SO_REUSEPORT as set after everything else.
  package var changesTo: (address: Bool, port: Bool)?

  /// A random plan.
  package init(like other: SocketPlan, using generator: inout SeededGenerator) {
    socket = SocketPlan(other.protocol, like: other, using: &generator)
    form =
      socket.protocol == .udp
      ? generator.pick([.bound, .bound, .outgoing, .autobound, .disconnected])
      : generator.pick(Form.allCases + [.bound, .listening, .accepted, .outgoing])
    ending = generator.pick(Ending.allCases)
    listenerStays = generator.chance(40)
    isAcceptedByUser = generator.chance(80)
    prefersIPv4 = generator.chance(50)
    changesTo = generator.chance(5) ? (generator.chance(50), generator.chance(50)) : nil
  }
}

extension PortSocketPlan {
  package var destination: IPAddress { socket.destination(prefersIPv4: prefersIPv4) }
}

extension PortSocketPlan: CustomStringConvertible {
  package var description: String {
    var text = "\(form.rawValue) \(socket)"
    if form == .accepted || form == .outgoing || form == .autobound { text += " \(ending.rawValue)" }
    if form == .accepted, !listenerStays { text += ", its listener closed" }
    if let changesTo { text += ", changed to A \(changesTo.address) P \(changesTo.port)" }
    return text
  }
}
