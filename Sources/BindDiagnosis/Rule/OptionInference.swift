internal import SockDiag

/// Conclusions about the options of sockets from the fact that they exist.
enum OptionInference {
  /// Adds certain conclusions: two listeners of one port whose addresses and interfaces overlap can only both listen if
  /// both have SO_REUSEPORT and belong to the same user. (A program could unset the option after listen(). This is
  /// ignored: no known program does, and the kernel's cache for the port would still accept others.)
  ///
  /// - Complexity: O(n · w) for n listeners, of which w have a wildcard address and differ from each other. A prefork
  ///   server has thousands of equal listeners.
  static func apply(to sockets: inout [PortSocket]) {
    var members: [PortSocket: [Int]] = [:]
    for index in sockets.indices where sockets[index].role == .listens && sockets[index].protocol == .tcp {
      members[kind(of: sockets[index]), default: []].append(index)
    }
    var sharing: Set<PortSocket> = []
    func compare(_ one: PortSocket, _ other: PortSocket) {
      if sharing.contains(one), sharing.contains(other) { return }
      if share(one, other) { sharing.formUnion([one, other]) }
    }
    for (kind, indices) in members where indices.count > 1 { compare(kind, kind) }
    // Two different addresses overlap only if one of them is a wildcard.
    let wildcards = members.keys.filter(\.address.unmapped.isUnspecified)
    for wildcard in wildcards {
      for kind in members.keys where kind != wildcard { compare(wildcard, kind) }
    }
    for kinds in Dictionary(grouping: members.keys, by: \.address.unmapped).values {
      for (position, first) in kinds.enumerated() {
        for second in kinds.dropFirst(position + 1) { compare(first, second) }
      }
    }
    for kind in sharing {
      for index in members[kind] ?? [] { sockets[index].options.learn(KnownOptions(.reusePort)) }
    }
  }

  /// The socket without the options that do not matter here.
  private static func kind(of socket: PortSocket) -> PortSocket {
    var kind = socket
    kind.options = KnownOptions()
    kind.options[.v6Only] = socket.options[.v6Only]
    return kind
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
