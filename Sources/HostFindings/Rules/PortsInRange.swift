internal import SockDiag

extension HostFacts {
  /// While a server is away for a restart, the kernel may choose its port for an outgoing connection. Then the server
  /// cannot start again before that connection has ended. Reserved ports are not chosen.
  ///
  /// A listener is not a finding only because its port is in the range: many developer tools have such a port, and
  /// nothing happens while they listen. It is one if its program requested that port, and if
  ///
  /// - connections use a notable part of the range (``FindingLimits/rangeUsePercent``), which is the chance that the
  ///   port is chosen next, or
  /// - the kernel has already given the port away: a connection has it on another address, on which nothing listens.
  ///
  /// The kernel reveals only in a filter which ports it chose (`INET_DIAG_BC_AUTO`); if it does not, all count as
  /// requested. UDP is not checked.
  func portsInRange(_ limits: FindingLimits) -> [Finding] {
    let danger = endangeredPorts(limits)
    if danger.ports.isEmpty { return [] }
    let reservation = reservation(limits)
    return danger.ports.map { listener, taker in
      let process = process(of: listener)
      let reason =
        taker.map { "the connection \($0.local) to \($0.remote) has it already" }
        ?? "connections use \(danger.used) of \(danger.available) such ports"
        + " (\(Share.percent(danger.used, of: danger.available)))"
      return Finding(
        .portInRange, .risk, figure: UInt64(danger.used), limit: UInt64(danger.available), unit: "ports",
        subject: Finding.Subject(local: listener.local, remote: taker?.remote, process: process),
        text:
          "\(process?.label ?? "a program") listens at \(listener.local), a port that the kernel may give to a connection:"
          + " \(reason)",
        advice: "a restart of the program may fail with EADDRINUSE; reserve the port", remedy: reservation)
    }
  }

  /// The command that reserves all ports of findings, and keeps the reserved ones. There is one for all, because each
  /// such command replaces the list and would undo the previous one.
  func reservation(_ limits: FindingLimits) -> String {
    let choosable = settings.choosablePorts ?? PortSet()
    let wanted = endangeredPorts(limits).ports.map(\.listener.local.port)
    let met = sockets.lazy.filter { $0.isConnectedToItself && choosable.contains($0.local.port) }.map(\.local.port)
    let ports = (settings.reservedPorts ?? PortSet()).union(PortSet((wanted + met).map { $0...$0 }))
    return "sysctl -w net.ipv4.ip_local_reserved_ports=\(ports)"
  }

  /// One listener of each endangered port, by port, with the connection that already has the port, if there is one.
  private func endangeredPorts(_ limits: FindingLimits) -> Danger {
    guard let choosable = settings.choosablePorts else { return Danger() }
    let wanted = Dictionary(
      grouping: listeners.filter {
        choosable.contains($0.local.port) && listenersWithChosenPort?.contains($0.inode) != true
      }, by: \.local.port)
    if wanted.isEmpty { return Danger() }
    let bound = boundPorts
    let used = Set(sockets.lazy.map(\.local.port).filter { choosable.contains($0) && !bound.contains($0) }).count
    let available = choosable.ranges.reduce(0) { $0 + $1.count }
    let isBusy = Share.reaches(used, limits.rangeUsePercent, of: available)
    let takers = takers(of: wanted)
    let ports = wanted.sorted { $0.key < $1.key }.compactMap { port, listeners in
      isBusy || takers[port] != nil ? listeners.first.map { ($0, takers[port]) } : nil
    }
    return Danger(ports: ports, used: used, available: available)
  }

  /// Connections by ports, on addresses where nothing listens: no listener has accepted them.
  private func takers(of wanted: [UInt16: [InetSocket]]) -> [UInt16: InetSocket] {
    var takers: [UInt16: InetSocket] = [:]
    // All listeners of these ports, including those with a kernel-chosen port: any of them may have accepted the
    // connection.
    let acceptors = Dictionary(grouping: listeners.filter { wanted[$0.local.port] != nil }, by: \.local.port)
    for socket in sockets where socket.remote.port != 0 && socket.inode != 0 {
      guard let acceptors = acceptors[socket.local.port], takers[socket.local.port] == nil else { continue }
      if !acceptors.contains(where: { $0.mayAccept(at: socket.local.address) }) { takers[socket.local.port] = socket }
    }
    return takers
  }
}

/// The ports that may be given away, and the used part of the range.
private struct Danger {
  var ports: [(listener: InetSocket, taker: InetSocket?)] = []
  var used = 0
  var available = 0
}

extension InetSocket {
  /// Whether a listener accepts connections to an address.
  func mayAccept(at address: IPAddress) -> Bool {
    let (own, other) = (local.address.unmapped, address.unmapped)
    if own == other { return true }
    guard own.isUnspecified else { return false }
    return own.family == other.family || family == .inet6 && isV6Only != true
  }
}
