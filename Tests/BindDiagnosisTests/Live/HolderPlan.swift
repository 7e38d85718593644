import BindDiagnosis
import SockDiag
import SocketLaboratory

/// A socket that is to hold a port, and how.
struct HolderPlan {
  /// How it comes to its port.
  enum Form: String, CaseIterable {
    case bound, listening, accepted, outgoing, autobound
    /// A listener that was shut down.
    case shutDown
    /// A connection that its program dissolved.
    case disconnected
  }

  /// What becomes of a connection.
  enum Ending: String, CaseIterable {
    case established, finWait1, finWait2, closeWait, lastACK, timeWait
    case finWait1Orphan, finWait2Orphan, lastACKOrphan, timeWaitOfOrphan
  }

  var socket: SocketPlan
  var form: Form
  var ending: Ending
  /// Whether the listener outlives what it accepted.
  var listenerStays: Bool
  /// Whether the connection is accepted by the user of the listener, or by root.
  var isAcceptedByUser: Bool
  /// Whether a dual-stack socket has an IPv4 peer.
  var prefersIPv4: Bool
  /// SO_REUSEADDR and SO_REUSEPORT as they are set once everything else is done.
  var changesTo: (address: Bool, port: Bool)?

  /// A random holder.
  init(like other: SocketPlan, using generator: inout SeededGenerator) {
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

extension HolderPlan {
  var destination: IPAddress { socket.destination(prefersIPv4: prefersIPv4) }
}

extension HolderPlan: CustomStringConvertible {
  var description: String {
    var text = "\(form.rawValue) \(socket)"
    if form == .accepted || form == .outgoing || form == .autobound { text += " \(ending.rawValue)" }
    if form == .accepted, !listenerStays { text += ", its listener closed" }
    if let changesTo { text += ", changed to A \(changesTo.address) P \(changesTo.port)" }
    return text
  }
}
