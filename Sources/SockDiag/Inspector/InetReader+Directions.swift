package import SockDiagWire

extension InetReader where Transport: ~Copyable {
  /// The facts from which directions follow, as they are now.
  package mutating func directions(_ protocol: TransportProtocol) throws(SockDiagError) -> SocketDirections {
    let states: SocketStateSet = `protocol`.hasConnections ? .listen : .close
    var listeners: [InetSocket] = []
    _ = try walk(SocketQuery(`protocol`, states: states, matching: .remotePort == 0)) { socket in
      listeners.append(socket)
      return .continue
    }
    return SocketDirections(listeners: listeners, hostAddresses: try hostAddresses())
  }

  /// The addresses of the namespace; none for a stand-in of the kernel.
  private mutating func hostAddresses() throws(SockDiagError) -> Set<IPAddress> {
    guard let tables else { return [] }
    if addressReader == nil {
      if let namespace = tables.namespace {
        addressReader = try InterfaceReader(in: namespace)
      } else {
        addressReader = try InterfaceReader()
      }
    }
    var addresses: Set<IPAddress> = []
    for family in [AddressFamily.inet, .inet6] {
      for address in try addressReader?.addresses(family) ?? [] { addresses.insert(address.address) }
    }
    return addresses
  }

  /// The same query with conditions on ports and addresses in place of those on directions.
  mutating func resolved(_ query: SocketQuery) throws(SockDiagError) -> SocketQuery {
    guard query.filter.namesDirections else { return query }
    var resolved = query
    resolved.filter = query.filter.resolving(try directions(query.protocol))
    return resolved
  }
}
