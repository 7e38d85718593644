internal import SockDiag

/// Which sockets are wanted, of whatever source.
struct Selection: Hashable {
  /// States of TCP sockets; empty for no TCP sockets.
  var tcp: SocketStateSet
  /// States of UDP sockets; empty for no UDP sockets.
  var udp: SocketStateSet
  /// States of netlink sockets; empty for no netlink sockets.
  var netlink: SocketStateSet = []
  var family: AddressFamily?
  var filter: SocketFilter
  var details: InetDetails
  /// Whether nothing narrows the states: then those count too that a newer kernel has, or a damaged capture.
  var takesAnyState = false
  /// Whether nothing narrows the protocols.
  var takesAnyProtocol = false

  /// What to ask the kernel, in the order in which it is shown.
  var listedQueries: [any ListedQuery] {
    netlink.isEmpty
      ? queries
      : queries + [FamilyQuery<Netlink>(NetlinkSocketRequest(), matching: .state(netlink) && filter.withoutHolders)]
  }

  /// The states of all sockets that may come.
  var states: SocketStateSet { tcp.union(udp).union(netlink) }

  /// The queries where only TCP and UDP sockets will do.
  ///
  /// - Parameter limit: What is so, for the error.
  func inetQueries(because limit: String) throws(CommandFailure) -> [SocketQuery] {
    guard netlink.isEmpty else { throw .usage("\(limit); leave '-f netlink' out") }
    return queries
  }

  /// What to ask the kernel about TCP and UDP sockets.
  var queries: [SocketQuery] {
    var queries: [SocketQuery] = []
    if !tcp.isEmpty { queries.append(query(.tcp, tcp)) }
    if !udp.isEmpty { queries.append(query(.udp, udp)) }
    return queries
  }

  /// The same, family by family: Wireshark does not take apart the message that serves both at once.
  var listedQueriesByFamily: [any ListedQuery] {
    let single = queries.flatMap { query in
      (query.family.map { [$0] } ?? [.inet, .inet6]).map { family in
        var single = query
        single.family = family
        return single
      }
    }
    return single + listedQueries.dropFirst(queries.count)
  }

  private func query(_ transport: TransportProtocol, _ states: SocketStateSet) -> SocketQuery {
    // What the filter asks about holders is compared when they are known.
    SocketQuery(transport, family: family, states: states, matching: filter.withoutHolders, details: details)
  }

  /// Whether a socket of a capture is wanted; `nil` if its record does not tell. One whose protocol is not known is judged
  /// by the rest.
  func contains(_ socket: InetSocket) -> Bool? {
    let states =
      switch socket.protocol {
      case .tcp: tcp
      case .udp: udp
      case .unspecified: tcp.union(udp)
      default: takesAnyProtocol ? tcp.union(udp) : []
      }
    guard contains(socket.state, states), family == nil || socket.family == family else { return false }
    return filter.evaluate(socket)
  }

  /// The same for a netlink socket.
  func contains(_ socket: NetlinkSocket) -> Bool? {
    contains(socket.state, netlink) ? filter.evaluate(socket) : false
  }

  private func contains(_ state: SocketState, _ states: SocketStateSet) -> Bool {
    takesAnyState ? !states.isEmpty : states.contains(state: state)
  }
}
