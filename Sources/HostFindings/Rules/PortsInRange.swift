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
    guard let choosable = settings.choosablePorts else { return [] }
    let wanted = Dictionary(
      grouping: listeners.filter {
        choosable.contains($0.local.port) && listenersWithChosenPort?.contains($0.inode) != true
      }, by: \.local.port)
    if wanted.isEmpty { return [] }
    let available = choosable.ranges.reduce(0) { $0 + $1.count }
    let bound = boundPorts
    let used = Set(sockets.lazy.map(\.local.port).filter { choosable.contains($0) && !bound.contains($0) }).count
    let isBusy = Share.reaches(used, limits.rangeUsePercent, of: available)
    let given = givenPorts(wanted)
    let found = wanted.keys.filter { isBusy || given[$0] != nil }.sorted()
    // One line cures all of them, for each would undo the one before.
    let reserved = (settings.reservedPorts ?? PortSet()).union(PortSet(found.map { $0...$0 }))
    let cure =
      "a restart of it may fail with EADDRINUSE; reserve the port: sysctl -w"
      + " net.ipv4.ip_local_reserved_ports=\(reserved)"
    return found.compactMap { port in
      guard let listener = wanted[port]?.first else { return nil }
      let process = process(of: listener)
      let reason =
        given[port].map { "and the connection \($0.local) to \($0.remote) has it already" }
        ?? "of which connections use \(used) of \(available) ports (\(Share.percent(used, of: available)))"
      return Finding(
        .portInRange, .risk, figure: UInt64(used), limit: UInt64(available), unit: "ports",
        subject: Finding.Subject(local: listener.local, remote: given[port]?.remote, process: process),
        text:
          "port \(port)\(process.map { " of \($0.label)" } ?? ""), which listens at \(listener.local), is in the range"
          + " from which the kernel chooses, \(reason)", advice: cure)
    }
  }

  /// Connections of ports on addresses where nothing listens: no listener has accepted them.
  private func givenPorts(_ wanted: [UInt16: [InetSocket]]) -> [UInt16: InetSocket] {
    var given: [UInt16: InetSocket] = [:]
    // All of these ports, those whose port was chosen too: any of them may have accepted the connection.
    let acceptors = Dictionary(grouping: listeners.filter { wanted[$0.local.port] != nil }, by: \.local.port)
    for socket in sockets where socket.remote.port != 0 && socket.inode != 0 {
      guard let acceptors = acceptors[socket.local.port], given[socket.local.port] == nil else { continue }
      if !acceptors.contains(where: { $0.mayAccept(at: socket.local.address) }) { given[socket.local.port] = socket }
    }
    return given
  }
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
