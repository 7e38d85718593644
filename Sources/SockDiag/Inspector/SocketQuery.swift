public import SockDiagWire

/// Which sockets to report, and how much about each.
public struct SocketQuery: Hashable, Sendable {
  /// The protocol.
  public var `protocol`: TransportProtocol
  /// The family, or `nil` for both. A socket that takes IPv4 on an IPv6 address is `inet6`.
  public var family: AddressFamily?
  /// The states. `listen` alone costs microseconds; any other, a walk over all sockets of the host.
  public var states: SocketStateSet
  /// The local ports, or `nil` for all. Compared in the kernel.
  public var localPorts: PortSet?
  /// The remote ports, or `nil` for all. Compared in the kernel.
  public var remotePorts: PortSet?
  /// What to report beyond the fixed record.
  public var details: InetDetails

  /// Creates a query.
  public init(
    _ protocol: TransportProtocol, family: AddressFamily? = nil, states: SocketStateSet = .connected,
    localPorts: PortSet? = nil, remotePorts: PortSet? = nil, details: InetDetails = []
  ) {
    self.protocol = `protocol`
    self.family = family
    self.states = states
    self.localPorts = localPorts
    self.remotePorts = remotePorts
    self.details = details
  }

  /// Whether a socket is one of those that the query asks for. The details do not matter.
  public func matches(_ socket: InetSocket) -> Bool {
    socket.protocol == `protocol` && (family == nil || socket.family == family)
      && states.contains(state: socket.state) && localPorts?.contains(socket.local.port) != false
      && remotePorts?.contains(socket.remote.port) != false
  }
}

extension SocketQuery {
  /// The request for one family, or for both if that is `nil`.
  func request(family: AddressFamily?) -> InetRequest {
    var request = InetRequest(.dump, `protocol`, family)
    request.states = states
    request.details = details
    // The request's own port fields are the cheapest filter; a program is only sent for what they cannot say.
    let localPort = localPorts?.singlePort
    let remotePort = remotePorts?.singlePort
    // Port 0 means "any" in the request.
    request.local.port = localPort ?? 0
    request.remote.port = remotePort ?? 0
    request.bytecode =
      InetBytecode(
        localPorts: (localPort ?? 0) == 0 ? localPorts : nil, remotePorts: (remotePort ?? 0) == 0 ? remotePorts : nil)?
      .bytes ?? []
    return request
  }

  /// Whether the kernel's filter may let through more than was asked for: it ignores the ports of a request where it
  /// walks bound sockets, and a list of many ports makes no program.
  var needsEvaluation: Bool {
    guard localPorts != nil || remotePorts != nil else { return false }
    return states.contains(.boundInactive) || InetBytecode(localPorts: localPorts, remotePorts: remotePorts) == nil
  }
}
