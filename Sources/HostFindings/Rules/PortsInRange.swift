internal import SockDiag

extension HostFacts {
  /// While a server is away, for a restart, the kernel may choose its port for an outgoing connection, and then the
  /// server cannot come back before that has ended. Ports that are reserved are not chosen.
  ///
  /// A listener that merely has a port in the range is no finding: half of the developers' tools have one, and while it
  /// listens nothing happens. It is one if its program asked for that very port, and if
  ///
  /// - connections use a notable part of the range (``FindingLimits/rangeUsePercent``), which is the chance that the port
  ///   is among the next ones to be chosen, or
  /// - the kernel has given the port away already: a connection has it on another address, on which nothing listens.
  ///
  /// Which ports the kernel chose itself, it tells by its filter (`INET_DIAG_BC_AUTO`); where it does not, all count as
  /// asked for. UDP is not looked at.
  func portsInRange(_ limits: FindingLimits) -> [Finding] {
    let danger = endangeredPorts(limits)
    if danger.ports.isEmpty { return [] }
    let reservation = reservation(limits)
    return danger.ports.map { listener, taker in
      let process = process(of: listener)
      let reason =
        taker.map { "and the connection \($0.local) to \($0.remote) has it already" }
        ?? "of which connections use \(danger.used) of \(danger.available) ports"
        + " (\(Share.percent(danger.used, of: danger.available)))"
      return Finding(
        .portInRange, .risk, figure: UInt64(danger.used), limit: UInt64(danger.available), unit: "ports",
        subject: Finding.Subject(local: listener.local, remote: taker?.remote, process: process),
        text:
          "port \(listener.local.port)\(process.map { " of \($0.label)" } ?? ""), which listens at \(listener.local),"
          + " is in the range from which the kernel chooses, \(reason)",
        advice: "a restart of it may fail with EADDRINUSE; reserve the port: \(reservation)")
    }
  }

  /// The command that reserves all ports that findings are about, and keeps what is reserved. One for all of them, for
  /// each replaces the list, and would undo the one before.
  func reservation(_ limits: FindingLimits) -> String {
    let choosable = settings.choosablePorts ?? PortSet()
    let wanted = endangeredPorts(limits).ports.map(\.listener.local.port)
    let met = sockets.lazy.filter { $0.isConnectedToItself && choosable.contains($0.local.port) }.map(\.local.port)
    let ports = (settings.reservedPorts ?? PortSet()).union(PortSet((wanted + met).map { $0...$0 }))
    return "sysctl -w net.ipv4.ip_local_reserved_ports=\(ports)"
  }

  /// One listener of each port that is in danger, by port, with the connection that has the port already, if one has.
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

  /// Connections of ports on addresses where nothing listens: no listener has accepted them.
  private func takers(of wanted: [UInt16: [InetSocket]]) -> [UInt16: InetSocket] {
    var takers: [UInt16: InetSocket] = [:]
    // All of these ports, those whose port was chosen too: any of them may have accepted the connection.
    let acceptors = Dictionary(grouping: listeners.filter { wanted[$0.local.port] != nil }, by: \.local.port)
    for socket in sockets where socket.remote.port != 0 && socket.inode != 0 {
      guard let acceptors = acceptors[socket.local.port], takers[socket.local.port] == nil else { continue }
      if !acceptors.contains(where: { $0.mayAccept(at: socket.local.address) }) { takers[socket.local.port] = socket }
    }
    return takers
  }
}

/// The ports that may be given away, and how much of the range is.
private struct Danger {
  var ports: [(listener: InetSocket, taker: InetSocket?)] = []
  var used = 0
  var available = 0
}

extension InetSocket {
  /// Whether a listener takes connections to an address.
  fileprivate func mayAccept(at address: IPAddress) -> Bool {
    let (own, other) = (local.address.unmapped, address.unmapped)
    if own == other { return true }
    guard own.isUnspecified else { return false }
    return own.family == other.family || family == .inet6 && isV6Only != true
  }
}
