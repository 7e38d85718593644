extension UnixSocket: FilterSubject {
  /// Answers one condition of a filter. Names are compared by `src unix:…` and `dst unix:…`, byte by byte.
  public func answer(to question: FilterQuestion) -> Bool? {
    switch question.condition {
    case .end(.local, .unix(let pattern)): pattern.matches(name)
    case .end(.remote, .unix(let pattern)): peerMatches(pattern)
    // As in ss: a socket without a name, or with one that the kernel chose.
    case .autobound: name?.isAutomatic ?? true
    default: commonAnswer(to: question.condition)
    }
  }

  /// Whether the name of the peer matches; `nil` if the name decides and is not known.
  private func peerMatches(_ pattern: UnixNamePattern) -> Bool? {
    guard let peer else {
      // The table in /proc has no peers.
      return source == .procNet && state == .established ? nil : false
    }
    return switch peer.name {
    case .named(let name): pattern.matches(name)
    case .unnamed: pattern.matches(nil)
    case .unknown: pattern.matchesEverything ? true : nil
    }
  }
}

extension SocketFilter {
  /// UNIX sockets whose own name matches. `ss`: `src unix:…`.
  public static func local(named pattern: UnixNamePattern) -> SocketFilter {
    SocketFilter(.end(.local, .unix(pattern)))
  }

  /// UNIX sockets whose peer's name matches. The kernel does not send that name with the record, so such a query reads
  /// all sockets twice. `ss`: `dst unix:…`.
  public static func remote(named pattern: UnixNamePattern) -> SocketFilter {
    SocketFilter(.end(.remote, .unix(pattern)))
  }

  /// Whether the filter compares the names of peers.
  package var namesUnixPeers: Bool {
    node.contains { if case .end(.remote, .unix) = $0 { true } else { false } }
  }
}
