internal import SockDiag

/// What can be concluded about the options of sockets from their being there.
enum OptionInference {
  /// Adds what is certain: two listeners of one port whose addresses and interfaces overlap can only both listen if both
  /// have SO_REUSEPORT and are the same user's. (That an option was taken back after listen() is left aside: no program
  /// is known to do so, and the kernel's memory for the port would still let others in.)
  static func apply(to sockets: inout [PortSocket]) {
    let listeners = sockets.indices.filter { sockets[$0].role == .listens && sockets[$0].protocol == .tcp }
    for (position, first) in listeners.enumerated() {
      for second in listeners[(position + 1)...] where share(sockets[first], sockets[second]) {
        sockets[first].options.learn(KnownOptions(.reusePort))
        sockets[second].options.learn(KnownOptions(.reusePort))
      }
    }
  }

  /// Whether two listeners would be in each other's way if it were not for SO_REUSEPORT. Whoever came later was the
  /// request.
  private static func share(_ one: PortSocket, _ other: PortSocket) -> Bool {
    guard let uid = one.uid, uid == other.uid else { return false }
    return [(one, other), (other, one)].allSatisfy { late, early in
      var options = BindOptions()
      // Where it is not known whether the late one takes IPv4, suppose that it does not.
      if late.options[.v6Only] ?? true { options.insert(.v6Only) }
      var request = BindRequest(
        .tcp, SocketAddress(late.address, port: 0), options: options, uid: uid, interfaceIndex: late.interfaceIndex)
      request.routingDomain = late.routingDomain
      if case .blocks = BindRule.effect(of: early, on: request) { return true }
      return false
    }
  }
}
