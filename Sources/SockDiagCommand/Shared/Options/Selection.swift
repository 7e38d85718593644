internal import SockDiag

/// The sockets to show, live or from a capture.
struct Selection: Hashable {
  /// States of TCP sockets; empty for no TCP sockets.
  var tcp: SocketStateSet
  /// States of UDP sockets; empty for no UDP sockets.
  var udp: SocketStateSet
  var family: AddressFamily?
  var filter: SocketFilter
  var details: InetDetails
  /// Whether all states count, also unknown ones of a newer kernel or a damaged capture.
  var takesAnyState = false
  /// Whether all protocols count.
  var takesAnyProtocol = false

  /// The queries for the kernel.
  var queries: [SocketQuery] {
    var queries: [SocketQuery] = []
    if !tcp.isEmpty { queries.append(query(.tcp, tcp)) }
    if !udp.isEmpty { queries.append(query(.udp, udp)) }
    return queries
  }

  /// The queries for one family each: Wireshark cannot decode the message for both families.
  var queriesByFamily: [SocketQuery] {
    queries.flatMap { query in
      (query.family.map { [$0] } ?? [.inet, .inet6]).map { family in
        var single = query
        single.family = family
        return single
      }
    }
  }

  private func query(_ transport: TransportProtocol, _ states: SocketStateSet) -> SocketQuery {
    // Conditions about processes are applied later, when the processes are known.
    SocketQuery(transport, family: family, states: states, matching: filter.withoutHolders, details: details)
  }

  /// Whether a socket is shown; `nil` if its record lacks what the filter asks about. If its protocol is unknown, the other
  /// fields decide.
  func contains(_ socket: InetSocket) -> Bool? {
    let states =
      switch socket.protocol {
      case .tcp: tcp
      case .udp: udp
      case .unspecified: tcp.union(udp)
      default: takesAnyProtocol ? tcp.union(udp) : []
      }
    let isStateWanted = takesAnyState ? !states.isEmpty : states.contains(state: socket.state)
    guard isStateWanted, family == nil || socket.family == family else { return false }
    return filter.evaluate(socket)
  }
}
