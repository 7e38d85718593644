internal import PortControl
internal import SockDiag
internal import SocketOwners

extension EndingRefusal.Kind {
  /// The user answered no.
  static let declined = EndingRefusal.Kind(rawValue: "declined")
}

extension EndingRefusal {
  /// The sentence, with a suggestion where there is one, and the exit status.
  ///
  /// - Parameter namespace: The network namespace, as `--netns` takes it.
  func failure(_ ports: PortArguments, namespace: String? = nil) -> CommandFailure {
    let suggestion = suggestion(ports, namespace).map { "; \($0)" } ?? ""
    // For the user, the process that has the socket is the command.
    let text =
      kind == .onlyThisProcess ? description.replacing("only this process", with: "only this command") : description
    return CommandFailure(status, text + suggestion)
  }

  private var status: ExitStatus {
    switch kind {
    case .noHolder, .onlyRecords, .onlyOtherProtocol, .holderHasEnded: .negative
    default: takesPrivilege ? .noPermission : .system
    }
  }

  /// What helps, or shows more.
  private func suggestion(_ ports: PortArguments, _ namespace: String?) -> String? {
    switch kind {
    case .onlyRecords:
      return "'\(ports.command("wait", .tcp, "--free", namespace: namespace))' waits for that, and"
        + " 'sockdiag destroy \(Self.filter(ports))' shows and removes \(records.count == 1 ? "it" : "them")"
    case .onlyOtherProtocol:
      let transport = otherProtocol?.transports.first ?? .udp
      return "'\(ports.command("kill", transport, namespace: namespace))' ends \(processes.count > 1 ? "them" : "it")"
    case .onlyConnections:
      return "\(sockets.count == 1 ? "its owner is" : "their owners are") ended only with --connections"
    case .manager: return managerSuggestion
    case .unknownHolders where takesPrivilege: return CommandUser.suggestion
    case .unknownHolders where sockets.contains { $0.socket.protocol == .udp }:
      return "'ip -d link' shows tunnels of the kernel (vxlan, geneve, WireGuard) with their ports"
    case .supervised:
      let command = target?.supervisor?.stopCommand ?? ""
      return "run '\(command)', or give --supervised to end it anyway"
    default: return nil
    }
  }

  private var managerSuggestion: String {
    guard let standing = target?.standing, standing.isSystemd else { return "stop the container or the machine" }
    if let socketUnit {
      let uid = socketUnit.managerUID ?? standing.managerUID
      return "run '\(Supervisor.stopCommand(socketUnit.name, managerUID: uid))'"
    }
    let systemctl = Supervisor.systemctl(managerUID: standing.managerUID)
    return "'\(systemctl) list-sockets' shows which, and '\(systemctl) stop NAME.socket' ends it"
  }

  /// The filter of `destroy` for the records on the ports.
  private static func filter(_ ports: PortArguments) -> String {
    let conditions = ports.parts.map { part in
      part.range.isSingle
        ? "sport = :\(part.range.first.port)"
        : "sport ge :\(part.range.first.port) and sport le :\(part.range.last)"
    }
    guard let first = conditions.first, conditions.count > 1 else {
      return "\(conditions.first ?? "") and inode = 0"
    }
    let all = conditions.dropFirst().reduce(first) { "\($0) or \($1)" }
    return "\"(\(all)) and inode = 0\""
  }
}
