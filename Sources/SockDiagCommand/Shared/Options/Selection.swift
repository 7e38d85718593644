internal import SockDiag

/// The sockets to show, live or from a capture.
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
  /// Whether all states count, also unknown ones of a newer kernel or a damaged capture.
  var takesAnyState = false
  /// Whether all protocols count.
  var takesAnyProtocol = false

  /// The queries for the kernel, in the order of the output.
  var listedQueries: [any ListedQuery] {
    netlink.isEmpty
      ? queries
      : queries + [FamilyQuery<Netlink>(NetlinkSocketRequest(), matching: .state(netlink) && filter.withoutHolders)]
  }

  /// The states that a netlink socket can have.
  static let netlinkStates: SocketStateSet = [.established, .close]

  /// The states of all sockets that may be shown.
  var states: SocketStateSet { tcp.union(udp).union(netlink) }

  /// The queries of a subcommand that works on TCP and UDP sockets only.
  ///
  /// - Parameter reason: Why other families are not possible, for the error.
  func inetQueries(because reason: String) throws(CommandFailure) -> [SocketQuery] {
    guard netlink.isEmpty else { throw .usage("\(reason); leave '-f netlink' out") }
    return queries
  }

  /// The queries for TCP and UDP sockets.
  var queries: [SocketQuery] {
    var queries: [SocketQuery] = []
    if !tcp.isEmpty { queries.append(query(.tcp, tcp)) }
    if !udp.isEmpty { queries.append(query(.udp, udp)) }
    return queries
  }

  /// The queries for one family each: Wireshark cannot decode the message for both families.
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
    // Conditions about processes are applied later, when the processes are known.
    SocketQuery(transport, family: family, states: states, matching: filter.withoutHolders, details: details)
  }

  /// Whether a socket of a capture is shown; `nil` if its record lacks what the filter asks about. If its protocol is
  /// unknown, the other fields decide.
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
