internal import SockDiag

extension HostFacts {
  /// Connections from one address to one destination differ only in their local ports, so there can be at most as many
  /// as ports to choose from. Then `connect` fails with EADDRNOTAVAIL, while other destinations still work.
  ///
  /// Ports of listeners and of unconnected sockets do not count as ports to choose from: `connect` takes none that a
  /// program bound (`__inet_hash_connect`, net/ipv4/inet_hashtables.c). TIME_WAIT does not count as used if `connect`
  /// may take its port over. Two kinds of connections cannot be distinguished from outgoing ones and count as them:
  /// those that a program bound to a port, and those accepted by a listener that is gone.
  func portsToDestination(_ limits: FindingLimits) -> [Finding] {
    guard let choosable = settings.choosablePorts else { return [] }
    let bound = boundPorts
    let available = choosable.ranges.joined().count { !bound.contains($0) }
    func isCounted(_ socket: InetSocket) -> Bool {
      socket.remote.port != 0 && choosable.contains(socket.local.port) && !bound.contains(socket.local.port)
        && !isGivenAway(socket)
    }
    // Counting first keeps this cheap: sets are made only for the few possible findings.
    var counts: [Route: Int] = [:]
    for socket in sockets where isCounted(socket) { counts[Route(socket), default: 0] += 1 }
    counts = counts.filter { Share.reaches($0.value, limits.sharePercent, of: available) }
    if counts.isEmpty { return [] }
    var ports: [Route: Set<UInt16>] = [:]
    var timeWaits: [Route: Int] = [:]
    for socket in sockets where isCounted(socket) && counts[Route(socket)] != nil {
      let isNew = ports[Route(socket), default: []].insert(socket.local.port).inserted
      if isNew, socket.state == .timeWait { timeWaits[Route(socket), default: 0] += 1 }
    }
    return
      ports
      .filter { Share.reaches($0.value.count, limits.sharePercent, of: available) }
      .sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
      .map { finding($0.key, used: $0.value.count, timeWaits: timeWaits[$0.key] ?? 0, of: available) }
  }

  private func finding(_ route: Route, used: Int, timeWaits: Int, of available: Int) -> Finding {
    let share = Share.percent(used, of: available)
    let past = timeWaits == 0 ? "" : ", \(timeWaits) of them in TIME_WAIT"
    return Finding(
      .portsToDestination, used >= available ? .failing : .risk, figure: UInt64(used), limit: UInt64(available),
      unit: "ports", subject: Finding.Subject(source: route.source, remote: route.destination),
      text:
        "connections from \(route.source) to \(route.destination) use \(used) of \(available) ports (\(share))\(past)",
      advice:
        "with none left, connect() to it fails with EADDRNOTAVAIL; reuse connections in a pool, use more addresses"
        + " on either side, or widen net.ipv4.ip_local_port_range" + rangeText)
  }

  /// Whether `connect` may take over the port of this TIME_WAIT. It also needs timestamps and an age of one second,
  /// which the record does not show; nearly all connections have timestamps, and soon the age (`tcp_twsk_unique`,
  /// net/ipv4/tcp_ipv4.c).
  private func isGivenAway(_ socket: InetSocket) -> Bool {
    guard socket.state == .timeWait else { return false }
    switch settings.timeWaitReuse {
    case .always: return true
    case .loopback: return socket.local.address.isLoopback || socket.remote.address.isLoopback
    default: return false
    }
  }

  /// The number of destinations to which connections have ports that the kernel chooses from.
  var destinationCount: Int {
    guard let choosable = settings.choosablePorts else { return 0 }
    let bound = boundPorts
    var routes: Set<Route> = []
    for socket in sockets
    where socket.remote.port != 0 && choosable.contains(socket.local.port) && !bound.contains(socket.local.port) {
      routes.insert(Route(socket))
    }
    return routes.count
  }

  /// The range, for remedies.
  var rangeText: String {
    settings.localPortRange.map { " (now \($0.lowerBound)-\($0.upperBound))" } ?? ""
  }

  /// Ports that `connect` does not choose because programs bound them.
  var boundPorts: Set<UInt16> {
    Set(listeners.map(\.local.port)).union(sockets.lazy.filter { $0.state == .boundInactive }.map(\.local.port))
  }
}

/// The common part of connections that differ only in their local ports.
private struct Route: Hashable, Comparable {
  var source: IPAddress
  var destination: SocketAddress
  /// Link-local addresses have a meaning only on their interface.
  var interface: UInt32

  init(_ socket: InetSocket) {
    // An IPv6 socket with IPv4 peers uses the same connections as an IPv4 socket.
    source = socket.local.address.unmapped
    destination = SocketAddress(socket.remote.address.unmapped, port: socket.remote.port)
    interface = socket.interfaceIndex
  }

  static func < (left: Route, right: Route) -> Bool {
    (left.destination, left.source, left.interface) < (right.destination, right.source, right.interface)
  }
}

extension IPAddress {
  /// Whether the address belongs only to this host: 127/8, also mapped, and ::1.
  var isLoopback: Bool {
    let address = unmapped
    return address.family == .inet ? address.low >> 24 == 127 : address.high == 0 && address.low == 1
  }
}
