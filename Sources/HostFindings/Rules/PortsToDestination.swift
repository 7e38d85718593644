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
    guard let choosable = settings.choosablePorts, let traffic = traffic ?? RouteTraffic(self) else { return [] }
    let bound = boundPorts
    let available = choosable.ranges.joined().count { !bound.contains($0) }
    return traffic.crowdedRoutes
      .filter { Share.reaches($0.value.ports, limits.sharePercent, of: available) }
      .sorted { ($1.value.ports, $0.key) < ($0.value.ports, $1.key) }
      .map { finding($0.key, used: Int($0.value.ports), timeWaits: Int($0.value.timeWaits), of: available) }
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

  /// The number of routes whose connections have ports that the kernel chooses from.
  var destinationCount: Int {
    (traffic ?? RouteTraffic(self))?.routeCount ?? 0
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

extension IPAddress {
  /// Whether the address belongs only to this host: 127/8, also mapped, and ::1.
  var isLoopback: Bool {
    let address = unmapped
    return address.family == .inet ? address.low >> 24 == 127 : address.high == 0 && address.low == 1
  }
}
