internal import ArgumentParser
internal import SockDiag

/// The options that say which sockets are wanted.
struct SelectionOptions: ParsableArguments {
  enum Breadth: String, EnumerableFlag {
    case all, listening

    static func name(for value: Breadth) -> NameSpecification { .shortAndLong }

    static func help(for value: Breadth) -> ArgumentHelp? {
      switch value {
      case .all: "All states."
      case .listening: "Listening TCP and unconnected UDP sockets."
      }
    }
  }

  @Flag(name: .shortAndLong, help: "TCP sockets; without -t and -u, both.")
  var tcp = false

  @Flag(name: .shortAndLong, help: "UDP sockets.")
  var udp = false

  @Flag(exclusivity: .chooseLast)
  var breadth: Breadth?

  @Flag(
    name: [.customShort("B"), .long],
    help: "TCP sockets that are bound, but neither listen nor are connected; adds them to -a, -l and states.")
  var boundInactive = false

  @Flag(name: [.customShort("4"), .customLong("ipv4")], help: "IPv4 sockets only.")
  var ipv4 = false

  @Flag(name: [.customShort("6"), .customLong("ipv6")], help: "IPv6 sockets only; they may carry IPv4.")
  var ipv6 = false

  @Option(
    name: .customLong("sport"), parsing: .unconditional,
    help: ArgumentHelp("Local ports: 443, 80,443 or 1000-2000.", valueName: "ports"))
  var localPorts: String?

  @Option(
    name: .customLong("dport"), parsing: .unconditional, help: ArgumentHelp("Remote ports.", valueName: "ports"))
  var remotePorts: String?

  @Flag(name: .shortAndLong, help: "Accepted for the habit's sake: numbers are the default.")
  var numeric = false

  @Argument(
    help: ArgumentHelp(
      "'state NAME' and 'exclude NAME', repeated. Several states are any of them.", valueName: "filter"))
  var words: [String] = []
}

extension SelectionOptions {
  /// What to show where no option and no word names states.
  enum DefaultStates {
    /// Connections, as `ss` does: neither `time-wait` nor `syn-recv`, which no program holds.
    case connected
    /// Who can be reached here.
    case listeners
    /// Whatever there is.
    case everything
  }

  /// Compiles the options.
  func selection(
    default defaultStates: DefaultStates, details: InetDetails = [],
    foreignWord: (String) -> CommandFailure = FilterWords.unknownWord
  ) throws(CommandFailure) -> Selection {
    let words = try FilterWords(words, foreignWord: foreignWord)
    var tcp = states(words, .listen, defaultStates)
    var udp = states(words, .close, defaultStates)
    if boundInactive {
      guard self.tcp || !self.udp else { throw .usage("-B is about TCP; leave -u out or add -t") }
      let isAlone = words.states == nil && breadth == nil
      tcp = isAlone ? .boundInactive : tcp.union(.boundInactive).subtracting(words.excluded)
      if isAlone { udp = [] }
    }
    let takesBoth = self.tcp == self.udp
    let takesAnyState = defaultStates == .everything && words.states == nil && breadth != .listening && !boundInactive
    return Selection(
      tcp: takesBoth || self.tcp ? tcp : [], udp: takesBoth || self.udp ? udp : [],
      family: ipv4 == ipv6 ? nil : ipv4 ? .inet : .inet6,
      localPorts: try ports(localPorts, "--sport"), remotePorts: try ports(remotePorts, "--dport"), details: details,
      takesAnyState: takesAnyState, takesAnyProtocol: !self.tcp && !self.udp)
  }

  private func states(
    _ words: FilterWords, _ listening: SocketStateSet, _ defaultStates: DefaultStates
  ) -> SocketStateSet {
    if let named = words.states { return named }
    switch (breadth, defaultStates) {
    case (.all, .everything), (nil, .everything): return .all.union(.boundInactive)
    case (.all, _): return .all
    // Not both for each: no TCP socket in `close` is in the kernel's tables, and asking costs a walk over all sockets.
    case (.listening, _), (nil, .listeners): return listening
    // As `ss`: connections that a program holds or held, not the records of half and of past ones.
    case (nil, .connected): return .connected.subtracting(.bucket)
    }
  }

  private func ports(_ text: String?, _ option: String) throws(CommandFailure) -> PortSet? {
    guard let text else { return nil }
    return try PortListArgument.parse(text, option: option)
  }
}
