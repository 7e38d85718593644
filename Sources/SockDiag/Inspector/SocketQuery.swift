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
  ///
  /// - Parameters:
  ///   - protocol: TCP or UDP.
  ///   - family: The family, or `nil` for both.
  ///   - states: The states; `nil` for connections with TCP and for all with other protocols, most of whose sockets are
  ///     in `close`.
  ///   - localPorts: The local ports, or `nil` for all.
  ///   - remotePorts: The remote ports, or `nil` for all.
  ///   - details: What to report beyond the fixed record.
  public init(
    _ protocol: TransportProtocol, family: AddressFamily? = nil, states: SocketStateSet? = nil,
    localPorts: PortSet? = nil, remotePorts: PortSet? = nil, details: InetDetails = []
  ) {
    self.protocol = `protocol`
    self.family = family
    self.states = states ?? (`protocol` == .tcp ? .connected : .all)
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
