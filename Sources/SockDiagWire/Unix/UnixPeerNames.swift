/// The names of UNIX sockets by their inodes, which give the peers in other records their names.
///
/// The kernel sends the peer's inode only. A connection that waits for `accept` has a peer without inode; its name is
/// that of the listener, which reports the inodes of the clients that wait. One entry has 24 bytes; the name itself is
/// shared with the record.
public struct UnixPeerNames: SocketCompanions {
  private var names: [UInt32: UnixSocketName?] = [:]
  /// The names of listeners by the inodes of the clients that wait.
  private var awaited: [UInt32: UnixSocketName] = [:]

  /// Creates an empty value.
  public init() {}

  /// Remembers the name of a socket, also that it has none.
  public mutating func learn(from socket: UnixSocket) {
    names.updateValue(socket.name, forKey: socket.inode)
    guard let name = socket.name else { return }
    for client in socket.waitingClients ?? [] { awaited[client] = name }
  }

  /// Adds the name of the peer, if it was learnt. A peer in another network namespace stays unknown.
  public func complete(_ socket: inout UnixSocket) {
    guard let inode = socket.peer?.inode else { return }
    if inode == 0 {
      if let name = awaited[socket.inode] { socket.peer?.name = .named(name) }
      return
    }
    guard let name = names[inode] else { return }
    socket.peer?.name = name.map(UnixSocket.Peer.Name.named) ?? .unnamed
  }
}

extension Unix {
  /// The requests that serve a query. The names of peers need a walk of their own before, over all sockets; what else
  /// the filter compares is added to the request.
  public static func requests(
    for request: UnixSocketRequest, matching filter: SocketFilter
  ) -> (companions: UnixSocketRequest?, sockets: UnixSocketRequest) {
    var sockets = request
    sockets.details.formUnion(filter.neededUnixDetails)
    if case .states(let states) = request.target {
      sockets.target = .states(states.intersection(filter.possibleStates))
    }
    guard request.resolvesPeers || filter.namesUnixPeers else { return (nil, sockets) }
    sockets.details.formUnion(.peer)
    return (UnixSocketRequest(details: [.name, .waitingClients]), sockets)
  }
}

extension SocketFilter {
  /// What a record must contain for the filter.
  fileprivate var neededUnixDetails: UnixSocketRequest.Details {
    var details: UnixSocketRequest.Details = []
    let parts: [(UnixSocketRequest.Details, (FilterCondition) -> Bool)] = [
      (.name, { if case .end(.local, .unix) = $0 { true } else { $0 == .autobound } }),
      (.uid, { if case .figure(.userID, _) = $0 { true } else { false } }),
      (
        .queues,
        { condition in
          guard case .figure(let figure, _) = condition else { return false }
          return figure == .receiveQueue || figure == .sendQueue
        }
      ),
    ]
    for (detail, needs) in parts where node.contains(needs) { details.formUnion(detail) }
    return details
  }
}
