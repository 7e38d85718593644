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
  /// Where a socket of this address can connect to on this host, and be connected to.
  var destination: IPAddress {
    let mapped = IPAddress(literal: "::ffff:127.0.0.1")
    if !socket.address.unmapped.isUnspecified { return socket.address }
    if socket.address.family == .inet { return .loopbackV4 }
    if socket.address.isV4Mapped { return mapped }
    return prefersIPv4 && !socket.options.contains(.v6Only) ? mapped : .loopbackV6
  }
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
