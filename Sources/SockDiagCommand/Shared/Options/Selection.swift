internal import SockDiag

/// Which sockets are wanted, of whatever source.
struct Selection: Hashable {
  /// States of TCP sockets; empty for no TCP sockets.
  var tcp: SocketStateSet
  /// States of UDP sockets; empty for no UDP sockets.
  var udp: SocketStateSet
  var family: AddressFamily?
  var filter: SocketFilter
  var details: InetDetails
  /// Whether nothing narrows the states: then those count too that a newer kernel has, or a damaged capture.
  var takesAnyState = false
  /// Whether nothing narrows the protocols.
  var takesAnyProtocol = false

  /// What to ask the kernel.
  var queries: [SocketQuery] {
    var queries: [SocketQuery] = []
    if !tcp.isEmpty { queries.append(query(.tcp, tcp)) }
    if !udp.isEmpty { queries.append(query(.udp, udp)) }
    return queries
  }

  /// The same, family by family: Wireshark does not take apart the message that serves both at once.
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
    // What the filter asks about holders is compared when they are known.
    SocketQuery(transport, family: family, states: states, matching: filter.withoutHolders, details: details)
  }

  /// Whether a socket is wanted; `nil` if its record does not tell. One whose protocol is not known is judged by the
  /// rest.
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
