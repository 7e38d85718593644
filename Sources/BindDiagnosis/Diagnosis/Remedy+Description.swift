internal import SockDiag
internal import SockDiagWire
internal import SocketOwners

extension Remedy: CustomStringConvertible {
  /// A sentence that says what to do.
  public var description: String { sentence(in: nil) }

  /// A sentence that says what to do about a diagnosis, with its port and addresses.
  package func sentence(in diagnosis: Diagnosis?) -> String {
    switch self {
    case .probe: "Settle it with a real bind(), which takes the port for a moment."
    case .wait(let time): "Wait \(time.words)."
    case .destroy: "Destroy the sockets that no process holds (as root)."
    case .shortenFinTimeout:
      "For the next time, let connections in fin-wait-2 expire sooner (as root). Existing connections keep their time."
    case .reservePort:
      "For the next time, keep the port out of the range that the kernel uses for outgoing connections (as root)."
    case .setOptions, .bindAddress, .useIPv4, .bindToInterface, .nameInterface, .widenPortRange, .choosePortInConnect,
      .reuseOwnSocket:
      sentenceForProgram(diagnosis)
    case .stopUnit, .stopSocketUnit, .stopContainer, .stopForwarding, .stopMachine, .endProcesses,
      .endConnectedProcesses:
      sentenceForHolders
    case .lowerPrivilegedPorts, .lowerPrivilegedPortsOfContainer, .grantCapability, .useUnprivilegedPort:
      sentenceForPrivilege(diagnosis)
    case .awaitAddress, .skipAddressCheck, .raiseLink, .resolveDuplicate, .enableIPv6, .addAddress, .allowNonlocalBind:
      sentenceForAddress
    }
  }

  // MARK: Changes to the program

  private func sentenceForProgram(_ diagnosis: Diagnosis?) -> String {
    switch self {
    case .setOptions(let options, let isCertain):
      return "Set \(options) before bind()\(Self.condition(options, isCertain, diagnosis?.blockers ?? []))."
    case .bindAddress(let address):
      let place = diagnosis.map { "\(SocketAddress(address, port: $0.request.local.port))" } ?? "\(address)"
      return "Bind \(place) if that is enough: it is free."
    case .useIPv4(let address): return "Listen on \(address) instead."
    case .bindToInterface(let interface): return "Bind to \(interface.name), which has the address."
    case .nameInterface:
      if case .onOtherInterface(let interface)? = diagnosis?.addressObstacle {
        return "Name the interface, which is \(interface.name)."
      }
      return "Name the interface."
    case .widenPortRange where diagnosis?.request.portBounds != nil:
      return "Give the socket a wider range than its own IP_LOCAL_PORT_RANGE, or none."
    case .widenPortRange: return "Give the kernel more ports to choose from (as root)."
    case .choosePortInConnect:
      return
        "If the program only connects, set IP_BIND_ADDRESS_NO_PORT before bind(): connect() can then share a port with"
        + " connections to other places."
    case .reuseOwnSocket(let descriptor):
      return
        "The program already has the port, by its descriptor \(descriptor). Let it use that socket, or close it before"
        + " it binds another."
    default: return ""
    }
  }

  /// A condition, or a consequence, of options that only the new program sets.
  private static func condition(_ options: BindOptions, _ isCertain: Bool, _ blockers: [DiagnosedSocket]) -> String {
    let uses = Set(blockers.map(\.use))
    if isCertain {
      if options == .v6Only { return ", and leave IPv4 to the other side" }
      if options.contains(.reusePort), uses.contains(.listener) {
        return "; the new program then gets a share of the connections"
      }
      if options == .reuseAddress, uses.contains(.boundInactive) {
        return "; the first program that listens then has the port alone"
      }
      return ""
    }
    guard options == .reuseAddress, uses == [.timeWait] else { return ", which helps if the other side has it too" }
    return "; it helps now if the old server had it too, and at every later restart in any case"
  }

  // MARK: Processes that hold the port

  private var sentenceForHolders: String {
    switch self {
    case .stopUnit(let unit):
      "Stop the unit \(unit.displayName). systemd would restart its process if you only killed that."
    case .stopSocketUnit(let unit?, _): "Stop the unit \(unit.displayName): systemd itself holds the socket for it."
    case .stopSocketUnit(nil, _): "systemd itself holds the socket for a service. Find its .socket unit and stop that."
    case .stopContainer: "Stop the container."
    case .stopForwarding(let forwarder): Self.sentence(forwarder)
    case .stopMachine:
      "Stop the machine or the container: its first process holds the port, and everything in it ends with that process."
    case .endProcesses(let pids): "End the \(pids.count == 1 ? "process that holds" : "processes that hold") the port."
    case .endConnectedProcesses(let pids):
      "End the \(pids.count == 1 ? "process" : "processes") of its connections, which outlived their listener."
    default: ""
    }
  }

  private static func sentence(_ forwarder: PortForwarder) -> String {
    switch forwarder.engine {
    case .kubernetes:
      return
        "kube-proxy holds the port for a Kubernetes service. Find the service, and delete it or change its node port."
    case .lxd, .incus:
      let client = forwarder.engine == .lxd ? "lxc" : "incus"
      let hint = forwarder.device == nil ? " ('\(client) config show CONTAINER --expanded' shows its devices)" : ""
      return "Remove the device by which \(forwarder.engine) forwards the port to a container\(hint)."
    default: return "Stop the container for which \(forwarder.engine) forwards the port."
    }
  }

  // MARK: Privileged ports

  private func sentenceForPrivilege(_ diagnosis: Diagnosis?) -> String {
    switch self {
    case .grantCapability:
      return "Give the program CAP_NET_BIND_SERVICE, or its unit AmbientCapabilities=CAP_NET_BIND_SERVICE."
    case .lowerPrivilegedPorts:
      let isForeign = diagnosis?.privileges?.mayConfigureNetwork == false
      let ports = diagnosis.map { "ports from \($0.request.local.port) on" } ?? "the port"
      return "Let every user bind \(ports) (\(isForeign ? "as root of the host, in this network" : "as root"))."
    case .lowerPrivilegedPortsOfContainer:
      return "If a container engine starts the program in a network of its own, set it for the container."
    case .useUnprivilegedPort:
      let first = diagnosis?.conditions.unprivilegedPortStart ?? 1024
      return "Use a port from \(first) on, and let a proxy or a firewall rule lead to it."
    default: return ""
    }
  }

  // MARK: Addresses

  private var sentenceForAddress: String {
    switch self {
    case .awaitAddress: "Wait until the check is over, which takes about a second."
    case .skipAddressCheck: "Set the address again without the check for duplicates (as root)."
    case .raiseLink(let interface):
      interface.isUp
        ? "Connect the link of \(interface.name), which has no carrier. The check begins then."
        : "Set the interface \(interface.name) up (as root). The check begins then."
    case .resolveDuplicate: "Take the address from the other host, and then set it here again (as root)."
    case .enableIPv6: "Turn IPv6 on, and give the interface the address (as root)."
    case .addAddress: "Give the host the address (as root)."
    case .allowNonlocalBind: "Let programs bind addresses that the host does not have yet (as root)."
    default: ""
    }
  }
}

extension Remedy {
  /// The name of the kind in documents: `end-processes`.
  public var kind: String {
    switch self {
    case .probe: "probe"
    case .wait: "wait"
    case .setOptions(_, isCertain: true): "set-options"
    case .setOptions(_, isCertain: false): "set-options-on-both-sides"
    case .bindAddress: "bind-address"
    case .stopUnit: "stop-unit"
    case .stopSocketUnit: "stop-socket-unit"
    case .stopContainer: "stop-container"
    case .stopForwarding: "stop-forwarding"
    case .stopMachine: "stop-machine"
    case .endProcesses: "end-processes"
    case .endConnectedProcesses: "end-connected-processes"
    case .destroy: "destroy"
    case .reservePort: "reserve-port"
    case .reuseOwnSocket: "reuse-own-socket"
    case .shortenFinTimeout: "shorten-fin-timeout"
    case .lowerPrivilegedPorts: "lower-privileged-ports"
    case .lowerPrivilegedPortsOfContainer: "lower-privileged-ports-of-container"
    case .grantCapability: "grant-capability"
    case .useUnprivilegedPort: "use-unprivileged-port"
    case .useIPv4: "use-ipv4"
    case .awaitAddress: "await-address"
    case .skipAddressCheck: "skip-address-check"
    case .raiseLink: "raise-link"
    case .resolveDuplicate: "resolve-duplicate"
    case .enableIPv6: "enable-ipv6"
    case .bindToInterface: "bind-to-interface"
    case .addAddress: "add-address"
    case .allowNonlocalBind: "allow-nonlocal-bind"
    case .nameInterface: "name-interface"
    case .widenPortRange: "widen-port-range"
    case .choosePortInConnect: "choose-port-in-connect"
    }
  }
}
