internal import BindDiagnosis
internal import SockDiag
internal import SocketOwners

/// A remedy with the commands that carry it out.
struct RemedyText {
  /// What to do.
  let sentence: String
  /// Lines to copy.
  private(set) var commands: [String] = []
  /// Whether the lines are commands of a shell, and not statements of a program.
  let isForShell: Bool
  /// What the commands show, where they do not carry out what the sentence says.
  private var lead: String?

  /// - Parameter requests: What was asked, for each of the addresses that come out as this diagnosis does; by default for
  ///   that of the diagnosis.
  init(
    _ remedy: Remedy, _ diagnosis: Diagnosis, preset: Preset, namespace: String?, requests: [BindRequest]? = nil
  ) {
    sentence = remedy.sentence(in: diagnosis)
    isForShell =
      switch remedy {
      case .setOptions, .choosePortInConnect: false
      default: true
      }
    let request = diagnosis.request
    let port = request.local.port
    let requests = requests ?? [request]
    let tool = ToolLine(requests, namespace: namespace)
    let ending = EndingAdvice(diagnosis, requests, namespace: namespace)
    let addresses = AddressLines(request, diagnosis.addressObstacle)
    func inNamespace(_ command: String) -> String { NamespaceEntry.command(command, in: namespace) }
    switch remedy {
    case .probe: commands = tool.question("why", "--probe")
    case .wait, .awaitAddress: commands = tool.question("wait", "--free")
    case .setOptions(let options, _): commands = options.each.compactMap { preset.statement($0, request.protocol) }
    case .bindAddress, .stopMachine, .reuseOwnSocket, .useUnprivilegedPort: break
    case .stopUnit(let unit): commands = [Supervisor.stopCommand(unit.name, managerUID: unit.managerUID)]
    case .stopSocketUnit(let unit?, let uid):
      commands = [Supervisor.stopCommand(unit.name, managerUID: unit.managerUID ?? uid)]
    case .stopSocketUnit(nil, let uid):
      commands = ["\(Supervisor.systemctl(managerUID: uid)) list-sockets --all | grep -w \(port)"]
    case .stopContainer(let container): commands = [Supervisor(container).stopCommand]
    case .stopForwarding(let forwarder):
      commands = [Supervisor(forwarder, port: port, isUDP: request.protocol == .udp).stopCommand]
    case .endConnectedProcesses(let pids): commands = ending.commands(for: pids, takesConnections: true)
    case .endProcesses(let pids): commands = ending.commands(for: pids, takesConnections: false)
    case .destroy: commands = [inNamespace("sockdiag destroy -t '\(DestroyFilter(diagnosis).filter)'")]
    case .reservePort:
      let reserved = (diagnosis.settings.reservedPorts ?? PortSet()).union(PortSet(port))
      commands = [inNamespace("sysctl -w net.ipv4.ip_local_reserved_ports=\(reserved)")]
    case .grantCapability: commands = ["setcap cap_net_bind_service=+ep PROGRAM"]
    case .shortenFinTimeout: commands = [inNamespace("sysctl -w net.ipv4.tcp_fin_timeout=10")]
    case .lowerPrivilegedPortsOfContainer:
      commands = ["docker", "podman"].map { "\($0) run --sysctl net.ipv4.ip_unprivileged_port_start=\(port) …" }
    case .lowerPrivilegedPorts: commands = [inNamespace("sysctl -w net.ipv4.ip_unprivileged_port_start=\(port)")]
    case .useIPv4(let address):
      var other = request
      other.local.address = address
      other.options.remove(.v6Only)
      lead = "To see whether it is free:"
      commands = ToolLine([other], namespace: namespace).question("why", nil)
    case .skipAddressCheck: commands = addresses.replacing.map(inNamespace)
    case .raiseLink(let interface):
      commands = interface.isUp ? [] : [inNamespace("ip link set \(ShellWord.quoted(interface.name)) up")]
    case .resolveDuplicate: commands = addresses.resetting.map(inNamespace)
    case .enableIPv6: commands = addresses.enabling.map(inNamespace)
    case .bindToInterface(let interface):
      var other = request
      other.interfaceIndex = request.scopeID == 0 ? interface.index : 0
      if request.scopeID != 0 { other.scopeID = interface.index }
      commands = ToolLine([other], namespace: namespace).question("why", nil)
    case .addAddress: commands = addresses.adding.map(inNamespace)
    case .allowNonlocalBind:
      let family = request.local.address.unmapped.family == .inet ? "ipv4" : "ipv6"
      commands = [inNamespace("sysctl -w net.\(family).ip_nonlocal_bind=1")]
    case .nameInterface:
      var name = "INTERFACE"
      if case .onOtherInterface(let interface)? = diagnosis.addressObstacle { name = interface.name }
      commands = tool.question(namingInterface: name)
    case .widenPortRange:
      if request.portBounds == nil {
        commands = [inNamespace("sysctl -w net.ipv4.ip_local_port_range='1024 65535'")]
      }
    case .choosePortInConnect:
      commands = [preset.statement(.bindAddressNoPort, request.protocol)].compactMap(\.self)
    }
  }

  /// The sentence as it stands above the commands.
  var introduction: String {
    if commands.isEmpty { return sentence }
    return lead.map { "\(sentence) \($0)" } ?? sentence.dropLast() + ":"
  }
}
