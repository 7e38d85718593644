internal import SockDiag

/// Conclusions about the options of sockets from the fact that they exist.
enum OptionInference {
  /// Adds certain conclusions: two listeners of one port whose addresses and interfaces overlap can only both listen if
  /// both have SO_REUSEPORT and belong to the same user. (A program could unset the option after listen(). This is
  /// ignored: no known program does, and the kernel's cache for the port would still accept others.)
  static func apply(to sockets: inout [PortSocket]) {
    let listeners = sockets.indices.filter { sockets[$0].role == .listens && sockets[$0].protocol == .tcp }
    for (position, first) in listeners.enumerated() {
      for second in listeners[(position + 1)...] where share(sockets[first], sockets[second]) {
        sockets[first].options.learn(KnownOptions(.reusePort))
        sockets[second].options.learn(KnownOptions(.reusePort))
      }
    }
  }

  /// Whether two listeners would conflict without SO_REUSEPORT. The later one was the request.
  private static func share(_ one: PortSocket, _ other: PortSocket) -> Bool {
    guard let uid = one.uid, uid == other.uid else { return false }
    return [(one, other), (other, one)].allSatisfy { late, early in
      var options = BindOptions()
      // If it is not known whether the later one accepts IPv4, assume that it does not.
      if late.options[.v6Only] ?? true { options.insert(.v6Only) }
      var request = BindRequest(
        .tcp, SocketAddress(late.address, port: 0), options: options, uid: uid, interfaceIndex: late.interfaceIndex)
      request.routingDomain = late.routingDomain
      if case .blocks = BindRule.effect(of: early, on: request) { return true }
      return false
    }
  }
}
