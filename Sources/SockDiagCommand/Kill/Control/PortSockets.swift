internal import BindDiagnosis
internal import SockDiag

/// The sockets of a port, by their use.
struct PortSockets {
  /// Listeners, sockets that are only bound, and UDP sockets without a peer: whose process chose the port.
  var holding: [InetSocket] = []
  /// Connections that a process may have. Which of them were accepted and which go out, no record tells.
  var connections: [InetSocket] = []
  /// Records that no process holds, and that end by themselves.
  var leftOver: [InetSocket] = []

  init() {}

  init(_ sockets: some Sequence<InetSocket>, of selection: PortSelection) {
    for socket in sockets where selection.covers(socket) {
      switch PortUse(socket) {
      case .listener, .boundInactive, .datagram: holding.append(socket)
      case .connection, .outgoingConnection: connections.append(socket)
      case .orphan, .timeWait: leftOver.append(socket)
      // They are their listener's, and end with it.
      case .request, .unaccepted: continue
      }
    }
  }

  /// The time after which no record is left; `nil` if there is none of known end.
  var leftOverEnd: Duration? { leftOver.compactMap { $0.state == .timeWait ? $0.timer?.expires : nil }.max() }
}

/// Looks at ports, as often as is wanted.
struct PortReader: ~Copyable {
  private var inspector: SocketInspector

  init() throws(SockDiagError) { inspector = try SocketInspector() }

  /// The listeners, and the UDP sockets without a peer: what is cheap to ask for often.
  mutating func servers(_ selection: PortSelection) throws(SockDiagError) -> [InetSocket] {
    var servers: [InetSocket] = []
    for transport in selection.transports {
      let states: SocketStateSet = transport == .tcp ? .listen : .close
      let query = SocketQuery(transport, states: states, matching: .localPort == selection.port.port)
      servers += try inspector.dump(query).sockets.filter(selection.covers)
    }
    return servers
  }

  /// Looks at a port.
  ///
  /// Each kind of state is asked for by itself, for listeners are in a table of their own, where they cost nothing.
  ///
  /// - Parameter remarks: Takes what has to be said about the list.
  mutating func look(_ selection: PortSelection, _ remarks: inout Remarks) throws(SockDiagError) -> PortSockets {
    var sockets: [InetSocket] = []
    for transport in selection.transports {
      let states: [SocketStateSet] = transport == .tcp ? [.listen, .boundInactive, .connected] : [.all]
      for states in states {
        let query = SocketQuery(transport, states: states, matching: .localPort == selection.port.port)
        let dump = try inspector.dump(query)
        sockets += dump.sockets
        // A verdict on the port says what it could not see.
        remarks.note(transport, dump.completeness.subtracting(.missingStates), inspector.substitution)
      }
    }
    return PortSockets(sockets, of: selection)
  }
}
