internal import BindDiagnosis
internal import SockDiag
internal import SocketOwners

/// A remedy in words, and as lines to copy.
struct RemedyText {
  var sentence: String
  var commands: [String] = []

  /// - Parameter requests: What was asked, for each of the addresses that come out as this diagnosis does; by default for
  ///   that of the diagnosis.
  init(
    _ remedy: Remedy, _ diagnosis: Diagnosis, preset: Preset, namespace: String?, requests: [BindRequest]? = nil
  ) {
    let request = diagnosis.request
    let port = request.local.port
    let requests = requests ?? [request]
    let tool = ToolLine(requests, namespace: namespace)
    let ending = EndingAdvice(diagnosis, requests, namespace: namespace)
    func inNamespace(_ command: String) -> String { NamespaceEntry.command(command, in: namespace) }
    switch remedy {
    case .probe:
      sentence = "Ask the kernel: bind() for a moment, without listen(), and let go:"
      commands = tool.question("why", "--probe")
    case .wait(let time):
      sentence = "Wait \(TimeText.seconds(time)):"
      commands = tool.question("wait", "--free")
    case .setOptions(let options, let isCertain):
      let names = options.kernelNames.joined(separator: " and ")
      sentence = "Set \(names) before bind()\(Self.condition(options, isCertain, diagnosis)):"
      commands = options.each.compactMap { preset.statement($0, request.protocol) }
      if commands.isEmpty { sentence.removeLast() }
    case .bindAddress(let address):
      sentence = "Bind \(SocketAddress(address, port: port)), which is free, if that is enough."
      commands = []
    case .stopUnit(let unit):
      sentence = "Stop the unit \(unit.displayName), which would start its process again if that were killed:"
      commands = [Supervisor.stopCommand(unit.name, managerUID: unit.managerUID)]
    case .stopSocketUnit(let unit?, let uid):
      sentence = "Stop the unit \(unit.displayName): systemd itself holds the socket for it:"
      commands = [Supervisor.stopCommand(unit.name, managerUID: unit.managerUID ?? uid)]
    case .stopSocketUnit(nil, let uid):
      sentence = "systemd itself holds the socket for a service. Find its .socket unit, and stop that:"
      commands = ["\(Supervisor.systemctl(managerUID: uid)) list-sockets --all | grep -w \(port)"]
    case .stopContainer(let container):
      sentence = "Stop the container:"
      commands = [Supervisor(container).stopCommand]
    case .stopForwarding(let forwarder):
      let supervisor = Supervisor(forwarder, port: port, isUDP: request.protocol == .udp)
      sentence = Self.sentence(forwarder, supervisor.name)
      commands = [supervisor.stopCommand]
    case .stopMachine:
      sentence =
        "Stop the machine or the container: its first process has the port, and everything in it ends with that."
    case .endConnectedProcesses(let pids):
      let processes = pids.count == 1 ? "process" : "processes"
      sentence = "End the \(processes) of its connections, which outlived their listener:"
      commands = ending.commands(for: pids, takesConnections: true)
    case .endProcesses(let pids):
      sentence = pids.count == 1 ? "End the process that has it:" : "End the processes that have it:"
      commands = ending.commands(for: pids, takesConnections: false)
    case .destroy:
      sentence = "Destroy what no process holds (as root):"
      commands = [inNamespace("sockdiag destroy -t '\(DestroyFilter(diagnosis).filter)'")]
    case .reservePort:
      sentence =
        "For the next time, keep the port out of those that the kernel gives to outgoing connections (as root):"
      var reserved = diagnosis.settings.reservedPorts ?? PortSet()
      reserved = reserved.union(PortSet(port))
      commands = [inNamespace("sysctl -w net.ipv4.ip_local_reserved_ports=\(reserved)")]
    case .grantCapability:
      sentence = "Give the program the right, or its unit AmbientCapabilities=CAP_NET_BIND_SERVICE:"
      commands = ["setcap cap_net_bind_service=+ep PROGRAM"]
    case .reuseOwnSocket(let descriptor):
      sentence =
        "The program has the port itself, by its descriptor \(descriptor): let it use that socket, or close it before it"
        + " binds another."
    case .shortenFinTimeout:
      sentence =
        "For the next time, let the kernel forget connections in fin-wait-2 sooner (as root). Those that are there keep"
        + " their time:"
      commands = [inNamespace("sysctl -w net.ipv4.tcp_fin_timeout=10")]
    case .lowerPrivilegedPortsOfContainer:
      sentence = "If a container engine starts the program, in a network of its own, let it do the same:"
      commands = [
        "docker run --sysctl net.ipv4.ip_unprivileged_port_start=\(port) …",
        "podman run --sysctl net.ipv4.ip_unprivileged_port_start=\(port) …",
      ]
    case .lowerPrivilegedPorts:
      let place =
        diagnosis.privileges?.mayConfigureNetwork == false ? "as root of the host, in this network" : "as root"
      sentence = "Let everybody bind ports from \(port) on (\(place)):"
      commands = [inNamespace("sysctl -w net.ipv4.ip_unprivileged_port_start=\(port)")]
    case .useUnprivilegedPort:
      sentence =
        "Take a port from \(diagnosis.conditions.unprivilegedPortStart) on, and let a proxy or a rule of the firewall lead to it."
    case .useIPv4(let address):
      sentence = "Listen on \(address) instead. Whether that is free:"
      var other = request
      other.local.address = address
      other.options.remove(.v6Only)
      commands = ToolLine([other], namespace: namespace).question("why", nil)
    case .awaitAddress:
      sentence = "Wait until the check is over; it takes about a second:"
      commands = tool.question("wait", "--free")
    case .skipAddressCheck:
      sentence = "Set the address again without the check (as root):"
      commands = AddressLines(request, diagnosis.addressObstacle).replacing.map(inNamespace)
    case .raiseLink(let interface):
      sentence =
        interface.isUp
        ? "Connect the link of \(interface.name): it has no carrier. The check begins then."
        : "Set the interface up (as root). The check begins then:"
      commands = interface.isUp ? [] : [inNamespace("ip link set \(ShellWord.quoted(interface.name)) up")]
    case .resolveDuplicate:
      sentence = "Take the address from the other host, and then set it here anew (as root):"
      commands = AddressLines(request, diagnosis.addressObstacle).resetting.map(inNamespace)
    case .enableIPv6:
      sentence = "Turn IPv6 on, and give the interface the address (as root):"
      commands = AddressLines(request, diagnosis.addressObstacle).enabling.map(inNamespace)
    case .bindToInterface(let interface):
      sentence = "Bind to \(interface.name), which has the address:"
      var other = request
      other.interfaceIndex = request.scopeID == 0 ? interface.index : 0
      if request.scopeID != 0 { other.scopeID = interface.index }
      commands = ToolLine([other], namespace: namespace).question("why", nil)
    case .addAddress:
      sentence = "Give the host the address (as root):"
      commands = AddressLines(request, diagnosis.addressObstacle).adding.map(inNamespace)
    case .allowNonlocalBind:
      let family = request.local.address.unmapped.family == .inet ? "ipv4" : "ipv6"
      sentence = "Let programs bind addresses that the host does not have yet (as root):"
      commands = [inNamespace("sysctl -w net.\(family).ip_nonlocal_bind=1")]
    case .nameInterface:
      sentence = "Name the interface:"
      if case .onOtherInterface(let interface)? = diagnosis.addressObstacle {
        sentence = "Name the interface, which is \(interface.name):"
        commands = tool.question(namingInterface: interface.name)
      } else {
        commands = tool.question(namingInterface: "INTERFACE")
      }
    case .widenPortRange where request.portBounds != nil:
      sentence = "Give the socket a wider range than its own IP_LOCAL_PORT_RANGE, or none."
    case .widenPortRange:
      sentence = "Give the kernel more ports to choose from (as root):"
      commands = [inNamespace("sysctl -w net.ipv4.ip_local_port_range='1024 65535'")]
    case .choosePortInConnect:
      sentence =
        "If the program only connects, set IP_BIND_ADDRESS_NO_PORT before bind(), and connect() may share a port with"
        + " connections to other places:"
      commands = [preset.statement(.bindAddressNoPort, request.protocol)].compactMap { $0 }
      if commands.isEmpty { sentence = sentence.dropLast() + "." }
    }
  }

  private static func sentence(_ forwarder: PortForwarder, _ name: String) -> String {
    switch forwarder.engine {
    case .kubernetes:
      return
        "kube-proxy keeps the port for a service of Kubernetes. Find the service, and delete it or change its node port:"
    case .lxd, .incus:
      let client = forwarder.engine == .lxd ? "lxc" : "incus"
      let names = forwarder.device == nil ? " ('\(client) config show CONTAINER --expanded' shows its devices)" : ""
      return "Remove the device by which \(name) forwards the port to a container\(names):"
    default: return "Stop the container that \(name) forwards the port for:"
    }
  }

  /// What an option depends on that is set on this side only.
  private static func condition(_ options: BindOptions, _ isCertain: Bool, _ diagnosis: Diagnosis) -> String {
    let uses = Set(diagnosis.blockers.map(\.use))
    if isCertain {
      if options == .v6Only { return ", and leave IPv4 to the other side" }
      if options.contains(.reusePort), uses.contains(.listener) { return "; it then gets a share of the connections" }
      if options == .reuseAddress, uses.contains(.boundInactive) {
        return "; who listens first then keeps the other out"
      }
      return ""
    }
    guard options == .reuseAddress, diagnosis.blockers.allSatisfy({ $0.use == .timeWait }) else {
      return ", which helps if the other side has it too"
    }
    return ", which helps now if the old server had it too, and in any case from the next restart on"
  }
}
