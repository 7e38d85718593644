internal import BindDiagnosis
public import SockDiag

/// The sockets of ports, by their use.
public struct PortSockets: Sendable {
  /// Listeners, sockets that are only bound, and UDP sockets without a peer. The program that opened one chose the
  /// port.
  public var bound: [InetSocket] = []
  /// Connections that a process may hold. The kernel does not tell accepted and outgoing ones apart.
  public var connections: [InetSocket] = []
  /// Records of closed connections, which no process holds and which expire by themselves.
  public var leftOver: [InetSocket] = []
  /// The limits of the lists that were read.
  public var limits: [ListLimit] = []

  /// The limits of the list of one protocol.
  public struct ListLimit: Sendable {
    /// The protocol.
    public var transport: TransportProtocol
    /// Whether all sockets were seen.
    public var defects: DumpDefects
    /// Why `/proc/net` was read; `nil` if it was not.
    public var substitution: SockDiagError?
  }

  init() {}

  /// Sorts sockets that a selection covers, and leaves the others out.
  public init(_ sockets: some Sequence<InetSocket>, of selection: PortSelection) {
    for socket in sockets where selection.covers(socket) {
      switch PortUse(socket) {
      case .listener, .boundInactive, .datagram: bound.append(socket)
      case .connection, .outgoingConnection: connections.append(socket)
      case .orphan, .timeWait: leftOver.append(socket)
      // They belong to their listener, and end with it.
      case .request, .unaccepted: continue
      }
    }
  }

  /// The ports of a protocol on which there is a socket.
  public func ports(_ transport: TransportProtocol) -> Set<UInt16> {
    Set((bound + connections + leftOver).lazy.filter { $0.protocol == transport }.map(\.local.port))
  }

  /// How long until the last TIME_WAIT record expires; `nil` if there is none.
  public var leftOverEnd: Duration? { leftOver.compactMap { $0.state == .timeWait ? $0.timer?.expires : nil }.max() }
}

/// Reads the sockets of a port, as often as needed.
struct PortReader: ~Copyable, Sendable {
  private var inspector: SocketInspector

  init(from viewpoint: PortViewpoint) throws(SockDiagError) { inspector = try viewpoint.inspector() }

  /// The listeners, and the UDP sockets without a peer. This is cheap enough to ask for often.
  mutating func servers(_ selection: PortSelection) throws(SockDiagError) -> [InetSocket] {
    var servers: [InetSocket] = []
    for transport in selection.transports {
      let states: SocketStateSet = transport == .tcp ? .listen : .close
      let query = SocketQuery(transport, states: states, matching: .localPort(in: selection.ports(transport)))
      servers += try inspector.dump(query).sockets.filter(selection.covers)
    }
    return servers
  }

  /// All sockets of the port.
  ///
  /// Listeners are asked for by themselves: they are in a table of their own, which is small.
  mutating func sockets(_ selection: PortSelection) throws(SockDiagError) -> PortSockets {
    var sockets: [InetSocket] = []
    var limits: [PortSockets.ListLimit] = []
    for transport in selection.transports {
      let states: [SocketStateSet] = transport == .tcp ? [.listen, .boundInactive, .connected] : [.all]
      for states in states {
        let query = SocketQuery(transport, states: states, matching: .localPort(in: selection.ports(transport)))
        let dump = try inspector.dump(query)
        sockets += dump.sockets
        // Missing states are named with the final verdict on the port.
        limits.append(
          PortSockets.ListLimit(
            transport: transport, defects: dump.defects.subtracting(.missingStates),
            substitution: inspector.substitution))
      }
    }
    var result = PortSockets(sockets, of: selection)
    result.limits = limits
    return result
  }
}
