internal import SockDiag
internal import SocketOwners

extension EndingRefusal {
  /// The sentence, with a cure where there is one, and the exit status.
  ///
  /// - Parameter namespace: The network namespace, as `--netns` takes it.
  func failure(_ selection: PortSelection, namespace: String? = nil) -> CommandFailure {
    let port = selection.description
    switch self {
    case .noHolder:
      return CommandFailure(.negative, "no process holds \(selection.isSingle ? "" : "any of the ")\(port)")
    case .onlyRecords(let records, let rest):
      return CommandFailure(.negative, Self.records(records, rest, selection, namespace))
    case .onlyOtherProtocol(let other, let processes):
      let names = processes.isEmpty ? "a process that this user cannot see" : NameList.text(processes.map(\.words))
      let (verb, object) = processes.count > 1 ? ("hold", "them") : ("holds", "it")
      let command = selection.command("kill", other.transports.first ?? .udp, namespace: namespace)
      return CommandFailure(
        .negative,
        "no process holds \(selection.fullDescription), but \(names) \(verb) \(other.fullDescription); '\(command)' ends"
          + " \(object)"
      )
    case .onlyConnections(let held, let isChoosable):
      return CommandFailure(.system, Self.connections(held, isChoosable, port))
    case .manager(let manager, let socketUnit):
      return CommandFailure(.system, Self.manager(manager, socketUnit, port))
    case .onlyThisCommand: return CommandFailure(.system, "only this command holds \(port): it inherited the socket")
    case .unknownHolders(let sockets): return Self.unknownHolders(sockets)
    case .holderHasEnded: return CommandFailure(.negative, "the process that held \(port) has just ended")
    case .supervised(let target):
      let (name, command) = target.supervisor.map { ($0.name, $0.stopCommand) } ?? ("", "")
      return CommandFailure(
        .system,
        "\(target.details.words) is run by \(name), which may start it again; run '\(command)', or give --supervised to"
          + " end it anyway")
    case .declined: return CommandFailure(.negative, "nothing was ended")
    }
  }

  private static func records(
    _ records: [InetSocket], _ rest: Duration?, _ selection: PortSelection, _ namespace: String?
  ) -> String {
    let isOne = records.count == 1
    let end = rest.map { ", \(isOne ? "which" : "the last of which") expires in \($0.components.seconds + 1) s" } ?? ""
    let left = isOne ? "1 record of a closed connection is" : "\(records.count) records of closed connections are"
    return "no process holds \(selection.description): \(left) left\(end);"
      + " '\(selection.command("wait", .tcp, "--free", namespace: namespace))' waits for that, and"
      + " 'sockdiag destroy \(Self.filter(selection))' shows and removes \(isOne ? "it" : "them")"
  }

  /// The filter of `destroy` for the records on the ports.
  private static func filter(_ selection: PortSelection) -> String {
    let conditions = selection.parts.map { part in
      part.range.isSingle
        ? "sport = :\(part.range.first.port)"
        : "sport ge :\(part.range.first.port) and sport le :\(part.range.last)"
    }
    guard let first = conditions.first, conditions.count > 1 else {
      return "\(conditions.first ?? "") and inode = 0"
    }
    let ports = conditions.dropFirst().reduce(first) { "\($0) or \($1)" }
    return "\"(\(ports)) and inode = 0\""
  }

  private static func connections(_ held: [HeldSocket], _ isChoosable: Bool, _ port: String) -> String {
    let names = held.processes.map(\.words)
    let holders = names.isEmpty ? "" : " of \(NameList.text(names))"
    let (count, owner) =
      held.count == 1 ? ("1 connection", "its owner is") : ("\(held.count) connections", "their owners are")
    let kind =
      isChoosable
      ? "outgoing, as the port is one that the kernel chooses, or accepted by a listener that is gone"
      : "accepted by a listener that is gone, or outgoing from a port that its program chose"
    return "nothing listens on \(port) or is bound to it; it is the local port of \(count)\(holders), \(kind);"
      + " \(owner) ended only with --connections"
  }

  private static func manager(_ manager: EndingTarget, _ socketUnit: SystemdUnit?, _ port: String) -> String {
    guard case .systemd(let managerUID) = manager.standing else {
      return "\(manager.details.words) holds \(port) and is the first process, with which all others end; stop the"
        + " container or the machine"
    }
    if let socketUnit {
      let command = Supervisor.stopCommand(socketUnit.name, managerUID: socketUnit.managerUID ?? managerUID)
      return "systemd holds \(port) for \(socketUnit.displayName); run '\(command)'"
    }
    let systemctl = Supervisor.systemctl(managerUID: managerUID)
    return "systemd holds \(port) for one of its .socket units; '\(systemctl) list-sockets' shows which, and"
      + " '\(systemctl) stop NAME.socket' ends it"
  }

  private static func unknownHolders(_ sockets: [HeldSocket]) -> CommandFailure {
    let names = sockets.map { "\($0.socket.protocol) \(EndpointText.local($0.socket))" }
    let name = names.count == 1 ? names.joined() : "\(names.count) sockets of it"
    let reasons = sockets.map { $0.holders.reasons ?? [] }
    // One hidden process is reason enough to ask for more rights.
    if reasons.contains(where: \.takesPrivilege) {
      return CommandFailure(
        .noPermission, "the process that holds \(name) is hidden from this user; \(CommandUser.cure)")
    }
    let explanation = reasons.reduce(into: MissingHolder.Reasons()) { $0.formUnion($1) }
    let tunnels =
      sockets.contains { $0.socket.protocol == .udp }
      ? "; 'ip -d link' shows tunnels of the kernel (vxlan, geneve, WireGuard) with their ports" : ""
    return CommandFailure(.system, "no process holds \(name) that could be ended: \(explanation)\(tunnels)")
  }
}
