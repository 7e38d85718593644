import BindDiagnosis
import BindSituationKit
import SockDiag
import SockDiagTestKit
import SocketLaboratory
import SocketLaboratoryKit

/// An address that servers seldom bind, and its interface if it needs one.
struct UnusualPlace {
  var address: IPAddress
  var scope: LiveInterface?

  init(_ text: StaticString, _ scope: LiveInterface? = nil) {
    address = IPAddress(literal: text)
    self.scope = scope
  }

  static let groups: [UnusualPlace] = [
    UnusualPlace("224.0.0.5"), UnusualPlace("239.1.1.1"), UnusualPlace("ff02::5", .wire), UnusualPlace("ff0e::5"),
    UnusualPlace("ff01::5", .loopback),
  ]

  static let linkLocal = UnusualPlace("fe80::1", .wire)

  /// Those that are asked about.
  static let all: [UnusualPlace] =
    groups + [
      linkLocal, linkLocal, UnusualPlace("fe80::1", .loopback), UnusualPlace("fe80::9", .wire), UnusualPlace("ff02::5"),
      UnusualPlace("2001:db8:7::1"), UnusualPlace("2001:db8:7::2"), UnusualPlace("2001:db8:1::1"),
      UnusualPlace("198.51.100.1"), UnusualPlace("192.0.2.255"), UnusualPlace("255.255.255.255"),
      UnusualPlace("::ffff:198.51.100.1"), UnusualPlace("::ffff:224.0.0.5"), UnusualPlace("::ffff:192.0.2.1"),
    ]
}

extension SocketPlan {
  mutating func move(to place: UnusualPlace) {
    (address, scope) = (place.address, place.scope)
    if address.family != .inet6 || address.isV4Mapped { options.remove(.v6Only) }
  }
}

extension PortSocketPlan {
  /// Two workers that share the port, as the kernel allows for sockets of one user.
  var workers: [PortSocketPlan] {
    var plan = self
    plan.form = socket.protocol == .udp ? .bound : .listening
    plan.socket.options.insert(.reusePort)
    plan.changesTo = nil
    return [plan, plan]
  }

  /// The same protocol, or a rare one.
  func varied(using generator: inout SeededGenerator) -> PortSocketPlan {
    var plan = self
    if generator.chance(10) {
      plan.socket.kind = socket.protocol == .udp ? .udpLite : .mptcp
      plan.ending = .established
      // The laboratory cannot wait for multipath connections, or for disconnected ones.
      if socket.protocol == .tcp, ![.bound, .listening, .accepted].contains(form) { plan.form = .listening }
    }
    if generator.chance(10) {
      plan.socket.move(to: generator.pick(UnusualPlace.groups + [UnusualPlace.linkLocal]))
      plan.form = generator.pick(socket.protocol == .udp ? [.bound] : [.bound, .listening])
    }
    return plan
  }
}
