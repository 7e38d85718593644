internal import SockDiag
internal import SocketOwners

/// Why nothing is ended, in a sentence with the cure.
enum EndingRefusal {
  /// No process has a socket of the port that could be meant.
  ///
  /// - Parameter other: Who holds the port of the other protocol.
  static func nothing(
    _ found: PortSockets, _ claim: PortClaim, other: (claim: PortClaim, names: [String])?, namespace: String? = nil
  ) -> CommandFailure {
    if let other {
      let names = other.names.isEmpty ? "a process that this user cannot see" : Listing.unique(other.names)
      let transport = other.claim.transports.first ?? .udp
      let place = "\(transport == .udp ? "UDP" : "TCP") port \(other.claim.port.description)"
      return CommandFailure(
        .negative,
        "no process holds \(claim.transports == [.tcp] ? "TCP " : "")\(claim.description), but \(names) holds \(place);"
          + " '\(claim.command("kill", transport, namespace: namespace))' ends it")
    }
    guard found.leftOver.isEmpty else {
      let end = found.leftOverEnd.map { ", the last of which ends in \($0.components.seconds + 1) s" } ?? ""
      let records = found.leftOver.count == 1 ? "is 1 record" : "are \(found.leftOver.count) records"
      return CommandFailure(
        .negative,
        "no process holds \(claim.description): there \(records) of closed connections\(end);"
          + " '\(claim.command("wait", .tcp, "--free", namespace: namespace))' waits for that, and"
          + " 'sockdiag destroy sport = :\(claim.port.port) and inode = 0' shows and removes them"
      )
    }
    return CommandFailure(.negative, "no process holds \(claim.description)")
  }

  /// Only connections have the port, and nobody asked for their owners.
  ///
  /// Whether a connection was accepted or goes out no record tells, but the kernel chooses ports from a range, and a server
  /// is seldom in it.
  ///
  /// - Parameter choosable: The ports from which the kernel chooses.
  static func connections(
    _ held: [(socket: InetSocket, holders: HolderList)], _ claim: PortClaim, choosable: PortSet?
  ) -> CommandFailure {
    let names = held.flatMap { $0.holders.byProcess }.compactMap { $0.first?.process?.cellName }
    let whose = names.isEmpty ? "" : " of \(Listing.unique(names))"
    let (count, owner) =
      held.count == 1 ? ("1 connection", "its owner is") : ("\(held.count) connections", "their owners are")
    let kind =
      choosable?.contains(claim.port.port) == true
      ? "outgoing, as the port is one that the kernel chooses, or accepted by a listener that is gone"
      : "accepted by a listener that is gone, or outgoing from a port that its program chose"
    return CommandFailure(
      .system,
      "nothing listens on \(claim.description) or is bound to it; it is the local port of \(count)\(whose), \(kind);"
        + " \(owner) ended only with --connections")
  }

  /// What speaks against ending anybody; `nil` if nothing does.
  ///
  /// - Parameter socketUnit: Finds the unit for which a socket was made.
  static func reason(_ plan: borrowing EndingPlan, socketUnit: (InetSocket) -> SystemdUnit?) -> CommandFailure? {
    if let manager = plan.managers.first {
      return CommandFailure(.system, managed(plan, manager, socketUnit))
    }
    if !plan.signalled.isEmpty { return nil }
    if plan.targets.contains(where: { $0.standing == .itself }) {
      return CommandFailure(
        .system, "\(plan.claim.description) is held by this command alone, to which its starter left the descriptor")
    }
    return unheld(plan)
  }

  /// Sockets of which no process is known; `nil` if there are none.
  static func unheld(_ plan: borrowing EndingPlan) -> CommandFailure? {
    let unheld = plan.unheld
    guard let first = unheld.first else {
      // They ended before anybody asked what they are.
      return plan.signalled.isEmpty
        ? CommandFailure(.negative, "the process that held \(plan.claim.description) has just ended") : nil
    }
    let what =
      unheld.count == 1
      ? "\(first.socket.protocol) \(EndpointText.local(first.socket))" : "\(unheld.count) sockets of it"
    if unheld.contains(where: { $0.reasons.takesPrivilege }) {
      return CommandFailure(
        .noPermission, "who holds \(what) is hidden from this user; \(CommandUser.cure)")
    }
    let reasons = unheld.reduce(into: MissingHolder.Reasons()) { $0.formUnion($1.reasons) }
    let tunnels =
      unheld.contains { $0.socket.protocol == .udp }
      ? "; 'ip -d link' shows tunnels of the kernel (vxlan, geneve, WireGuard) with their ports" : ""
    return CommandFailure(
      .system, "no process holds \(what) that could be ended: \(reasons)\(tunnels)")
  }

  /// Somebody supervised would be ended without a question.
  static func supervised(_ plan: borrowing EndingPlan) -> CommandFailure? {
    guard let target = plan.signalled.first(where: { $0.supervisor != nil }), let supervisor = target.supervisor else {
      return nil
    }
    return CommandFailure(
      .system,
      "\(target.name) is run by \(supervisor.name), which may start it again; run '\(supervisor.stopCommand)', or give"
        + " --supervised to end it all the same")
  }

  /// A socket that a service manager holds for a service.
  private static func managed(
    _ plan: borrowing EndingPlan, _ manager: EndingTarget, _ socketUnit: (InetSocket) -> SystemdUnit?
  ) -> String {
    let name = manager.name
    guard case .socketActivation(let managerUID)? = manager.supervision else {
      return "\(name) holds \(plan.claim.description) and is the first process, without which nothing runs here;"
        + " stop the machine or the container"
    }
    let holds = Set(manager.holds.map(\.inode))
    for (socket, _) in plan.sockets where holds.contains(socket.inode) {
      guard let unit = socketUnit(socket) else { continue }
      let command = Supervisor.stopCommand(unit.name, managerUID: unit.managerUID ?? managerUID)
      return "systemd holds \(plan.claim.description) for \(unit.displayName); run '\(command)'"
    }
    let systemctl = Supervisor.systemctl(managerUID: managerUID)
    return "systemd holds \(plan.claim.description) for one of its .socket units; '\(systemctl) list-sockets' shows"
      + " which, and '\(systemctl) stop NAME.socket' ends it"
  }
}
