public import SockDiagWire

/// The sockets to report, and the details of each.
public struct SocketQuery: Hashable, Sendable {
  /// The protocol.
  public var `protocol`: TransportProtocol
  /// The family, or `nil` for both. A socket that accepts IPv4 on an IPv6 address is `inet6`.
  public var family: AddressFamily?
  /// The states. `listen` alone costs microseconds; any other state needs a walk over all sockets of the host.
  public var states: SocketStateSet
  /// The filter. The kernel applies as much of it as it can, see ``SocketInspector/explain(_:)``.
  public var filter: SocketFilter
  /// The details to report beyond the fixed record.
  public var details: InetDetails
  /// Whether to report `InetSocket.storages`: values that BPF programs stored with sockets of TCP, MPTCP or DCCP. Of
  /// sockets without connections the kernel reports none (`inet_sk_diag_fill`, net/ipv4/inet_diag.c). The kernel refuses
  /// such a query to readers without CAP_BPF (``SockDiagError/Code/storagesForbidden``), and kernels before 5.7 ignore
  /// the wish. Kernel: `INET_DIAG_REQ_SK_BPF_STORAGES`, since 5.7.
  public var includesStorages = false

  /// Creates a query.
  ///
  /// - Parameters:
  ///   - protocol: A protocol of IP: TCP, UDP, UDP-Lite, raw, MPTCP, SCTP, DCCP.
  ///   - family: The family, or `nil` for both.
  ///   - states: The states. With `nil`, the states that the filter names; if it names none, connections for protocols
  ///     that have connections, and all states for the others, whose sockets are mostly in `close`.
  ///   - filter: A filter that the sockets must pass.
  ///   - details: The details to report beyond the fixed record. Details that the filter needs are added.
  public init(
    _ protocol: TransportProtocol, family: AddressFamily? = nil, states: SocketStateSet? = nil,
    matching filter: SocketFilter = .everything, details: InetDetails = []
  ) {
    self.protocol = `protocol`
    self.family = family
    self.states = states ?? filter.statesToAskFor ?? (`protocol`.hasConnections ? .connected : .all)
    self.filter = filter
    self.details = details
  }

  /// Creates a query with a filter in the language of `ss`.
  ///
  /// - Parameters:
  ///   - protocol: A protocol of IP.
  ///   - family: The family, or `nil` for both.
  ///   - states: The states; `nil` for those of the filter, or of the protocol.
  ///   - text: The filter, see `SocketFilter.init(_:names:)`.
  ///   - details: The details to report beyond the fixed record. Details that the filter needs are added.
  ///   - names: Looks up the names in the filter. Looking up a host may take as long as the resolver needs.
  /// - Throws: `FilterError` with the column of a fault.
  public init(
    _ protocol: TransportProtocol, family: AddressFamily? = nil, states: SocketStateSet? = nil,
    matching text: String, details: InetDetails = [], names: any FilterNames = HostNames()
  ) throws(FilterError) {
    self.init(
      `protocol`, family: family, states: states, matching: try SocketFilter(text, names: names), details: details)
  }

  /// Whether a socket matches the query; `nil` if its record is not enough to decide. The details are ignored.
  public func matches(_ socket: InetSocket) -> Bool? {
    guard socket.protocol == `protocol`, family == nil || socket.family == family, states.contains(state: socket.state)
    else { return false }
    return filter.evaluate(socket)
  }
}
