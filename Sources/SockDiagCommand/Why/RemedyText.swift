internal import BindDiagnosis
internal import SockDiag
internal import SocketOwners

/// A remedy in words, and as lines to copy.
struct RemedyText {
  var sentence: String
  var commands: [String] = []

  init(_ remedy: Remedy, _ diagnosis: Diagnosis, preset: Preset, namespace: String?) {
    let request = diagnosis.request
    let port = request.local.port
    let tool = ToolLine(request, namespace: namespace)
    switch remedy {
    case .wait(let time):
      sentence = "Wait \(TimeText.seconds(time)):"
      commands = [tool.text("wait", "--free")]
    case .setOptions(let options, let isCertain):
      let names = options.kernelNames.joined(separator: " and ")
      let condition = isCertain ? "" : ", which helps if the other side had it too"
      sentence = "Set \(names) before bind()\(condition):"
      commands = options.each.compactMap { preset.statement($0) }
      if commands.isEmpty { sentence.removeLast() }
    case .bindAddress(let address):
      sentence = "Bind \(SocketAddress(address, port: port)), which is free, if that is enough."
      commands = []
    case .stopUnit(let unit):
      sentence = "Stop the unit \(unit.displayName), which would start its process again if that were killed:"
      commands = [Supervisor.stopCommand(unit.name, managerUID: unit.managerUID)]
    case .stopSocketUnit:
      sentence =
        "systemd itself holds it for a service: stop the socket unit that 'systemctl list-sockets' shows for it:"
      commands = ["systemctl list-sockets --all | grep -w \(port)"]
    case .stopContainer(let container):
      sentence = "Stop the container:"
      commands = [Supervisor(container).stopCommand]
    case .endProcesses:
      sentence = "End the process that has it:"
      commands = [tool.text("kill")]
    case .destroy:
      sentence = "Destroy what no process holds (as root):"
      let states = Set(diagnosis.blockers.filter { $0.use == .timeWait || $0.use == .orphan }.map(\.socket.state))
      let condition = states.map { "state \($0)" }.sorted().joined(separator: " or ")
      let udp = request.protocol == .udp ? "-u" : "-t"
      commands = ["sockdiag destroy \(udp) 'sport = :\(port) and (\(condition))'"]
    case .reservePort:
      sentence = "Keep the port out of those that the kernel gives to outgoing connections (as root; for the next one):"
      var reserved = diagnosis.settings.reservedPorts ?? PortSet()
      reserved = reserved.union(PortSet(port))
      commands = ["sysctl -w net.ipv4.ip_local_reserved_ports=\(reserved)"]
    case .grantCapability:
      sentence = "Give the program the right, or its unit AmbientCapabilities=CAP_NET_BIND_SERVICE:"
      commands = ["setcap cap_net_bind_service=+ep PROGRAM"]
    case .lowerPrivilegedPorts:
      sentence = "Let everybody bind ports from \(port) on (as root):"
      commands = ["sysctl -w net.ipv4.ip_unprivileged_port_start=\(port)"]
    case .useUnprivilegedPort:
      sentence =
        "Take a port from \(diagnosis.conditions.unprivilegedPortStart) on, and let a proxy or a rule of the firewall lead to it."
    case .addAddress:
      let address = request.local.address.unmapped
      sentence = "Give the host the address (as root):"
      commands = ["ip address add \(address)/\(address.family == .inet ? 32 : 128) dev INTERFACE"]
    case .allowNonlocalBind:
      let family = request.local.address.unmapped.family == .inet ? "ipv4" : "ipv6"
      sentence = "Let programs bind addresses that the host does not have yet (as root):"
      commands = ["sysctl -w net.\(family).ip_nonlocal_bind=1"]
    case .nameInterface:
      sentence = "Name the interface:"
      commands = ["sockdiag why '[\(request.local.address)%INTERFACE]:\(port)'"]
    case .widenPortRange:
      sentence = "Give the kernel more ports to choose from (as root):"
      commands = ["sysctl -w net.ipv4.ip_local_port_range='1024 65535'"]
    }
  }
}

/// A command of this tool for the same port.
struct ToolLine {
  private let place: String
  private let suffix: String

  init(_ request: BindRequest, namespace: String?) {
    let address = request.local.address
    // Who asks for a wildcard is in the way of all addresses, so commands may take the port alone.
    place =
      address.unmapped.isUnspecified
      ? "\(request.local.port)" : ShellWord.quoted(request.local.description)
    suffix =
      (request.protocol == .udp ? " --udp" : "") + (namespace.map { " --netns \(ShellWord.quoted($0))" } ?? "")
  }

  func text(_ subcommand: String, _ option: String? = nil) -> String {
    "sockdiag \(subcommand) \(place)\(option.map { " \($0)" } ?? "")\(suffix)"
  }
}
