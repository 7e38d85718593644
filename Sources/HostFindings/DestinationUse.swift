package import SockDiag

/// The ports that connections from one address to one destination use.
package struct DestinationUse: Sendable {
  /// The address of this host.
  package var source: IPAddress
  /// The destination.
  package var destination: SocketAddress
  /// The interface of link-local addresses, otherwise that of the sockets; 0 for none.
  package var interfaceIndex: UInt32
  /// The ports in use that the kernel may choose, without those of TIME_WAIT records that `connect` may take over.
  package var ports: Int
  /// Those of ``ports`` that are in TIME_WAIT.
  package var timeWaits: Int
}

extension HostFacts {
  /// The use of ports by destination; `nil` if it is not known which ports the kernel chooses from.
  ///
  /// - Returns: The destinations that take a notable number of ports, and the number of the others with their ports.
  package var destinationUses: (named: [DestinationUse], others: Int, portsOfOthers: Int, timeWaitsOfOthers: Int)? {
    guard let routes = traffic ?? RouteTraffic(self) else { return nil }
    let named = routes.crowdedRoutes.map { route, use in
      DestinationUse(
        source: route.source, destination: route.destination, interfaceIndex: route.interface, ports: Int(use.ports),
        timeWaits: Int(use.timeWaits))
    }
    let total = routes.totalUse
    return (
      named, routes.routeCount - named.count, total.ports - named.reduce(0) { $0 + $1.ports },
      total.timeWaits - named.reduce(0) { $0 + $1.timeWaits }
    )
  }
}
