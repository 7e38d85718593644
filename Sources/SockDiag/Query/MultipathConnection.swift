public import SockDiagWire

/// A connection of multipath TCP with its subflows: the TCP connections that carry its data.
public struct MultipathConnection: Hashable, Sendable {
  /// The connection. Its `mptcpInfo` has the figures of the whole.
  public var socket: InetSocket
  /// The TCP connections, in the order of the kernel.
  public var subflows: [InetSocket]

  /// The local token, by which ``SocketInspector/socket(mptcpToken:details:)`` finds the connection again.
  public var token: UInt32? { socket.mptcpInfo?.token }

  /// Joins connections to their subflows by their tokens. Both kinds of sockets need their details
  /// (`InetDetails.tcpInfo`). Sockets of other kinds are left out.
  ///
  /// - Complexity: O(n) in the number of sockets.
  public static func joining(_ connections: [InetSocket], to subflows: [InetSocket]) -> [MultipathConnection] {
    let byToken = Dictionary(grouping: subflows) { $0.upperLayerProtocol?.mptcp?.localToken ?? 0 }
    return connections.filter { $0.protocol == .mptcp }.map { socket in
      // A connection that is not established has no token.
      let token = socket.mptcpInfo?.token ?? 0
      return MultipathConnection(socket: socket, subflows: token == 0 ? [] : byToken[token] ?? [])
    }
  }
}

extension SocketInspector {
  /// The connections of multipath TCP with their subflows.
  ///
  /// Two dumps, one after the other: subflows that start or end between them may be missing.
  ///
  /// - Parameter filter: A filter that the connections must pass. Subflows may have other addresses and ports.
  /// - Throws: ``SockDiagError``, with the code ``SockDiagError/Code/incomplete`` if some sockets may be missing.
  ///
  /// Kernel: since 5.9.
  public mutating func multipathConnections(
    matching filter: SocketFilter = .everything
  ) throws(SockDiagError) -> [MultipathConnection] {
    let connections = try dump(SocketQuery(.mptcp, matching: filter, details: .tcpInfo))
    if connections.sockets.isEmpty, connections.defects.isComplete { return [] }
    let subflows = try dump(SocketQuery(.tcp, details: .tcpInfo))
    let defects = connections.defects.union(subflows.defects)
    guard defects.isComplete else {
      throw SockDiagError(.incomplete, operation: "list multipath connections: \(defects)")
    }
    return MultipathConnection.joining(connections.sockets, to: subflows.sockets)
  }
}
