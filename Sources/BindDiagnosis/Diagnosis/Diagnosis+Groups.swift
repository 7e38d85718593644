internal import SockDiag
internal import SocketOwners

extension Diagnosis {
  /// Puts sockets together that differ only in their peer, because a busy server has thousands of connections. The order is
  /// that of the first of each group.
  package static func groups(_ sockets: [DiagnosedSocket]) -> [[DiagnosedSocket]] {
    var groups: [SocketKind: [DiagnosedSocket]] = [:]
    var order: [SocketKind] = []
    for socket in sockets {
      let kind = SocketKind(socket)
      if groups[kind] == nil { order.append(kind) }
      groups[kind, default: []].append(socket)
    }
    return order.compactMap { groups[$0] }
  }

  /// What sockets of one group have in common.
  private struct SocketKind: Hashable {
    var use: PortUse
    var local: SocketAddress
    var interface: UInt32
    var state: SocketState
    var effect: SocketEffect?
    var pids: [Int32]
    /// Rare kinds are listed individually.
    var cookie: SocketCookie?

    init(_ socket: DiagnosedSocket) {
      use = socket.use
      local = socket.socket.local
      interface = socket.socket.interfaceIndex
      state = socket.socket.state
      effect = socket.effect
      pids = socket.holders.map(\.pid)
      let isRare = [.listener, .boundInactive, .datagram].contains(socket.use)
      cookie = isRare ? socket.socket.cookie : nil
    }
  }
}
