internal import ArgumentParser
internal import SockDiag
internal import SockDiagWire

/// The options that choose sockets.
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

  @Flag(name: .shortAndLong, help: "TCP sockets. Without -t and -u: TCP and UDP.")
  var tcp = false

  @Flag(name: .shortAndLong, help: "UDP sockets.")
  var udp = false

  @Flag(exclusivity: .chooseLast)
  var breadth: Breadth?

  @Flag(
    name: [.customShort("B"), .long],
    help: "TCP sockets that are bound but neither listen nor are connected; adds them to -a, -l and 'exclude'.")
  var boundInactive = false

  @Flag(name: [.customShort("4"), .customLong("ipv4")], help: "IPv4 sockets only.")
  var ipv4 = false

  @Flag(name: [.customShort("6"), .customLong("ipv6")], help: "IPv6 sockets only; some of them also carry IPv4.")
  var ipv6 = false

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Sockets of one family: inet, inet6 or netlink.", valueName: "family"))
  var family: ListedFamily?

  @Flag(name: .shortAndLong, help: "Ignored: numbers are always shown.")
  var numeric = false

  @Argument(
    help: ArgumentHelp(
      "A condition in the filter language of ss: 'sport = :443 and not dst 10.0.0.0/8'. See 'sockdiag help list'.",
      valueName: "filter"), completion: Completions.filter)
  var filter: [String] = []
}

extension SelectionOptions {
  /// The states to show if no option and no filter names states.
  enum DefaultStates {
    /// Connections, as in `ss`: neither `time-wait` nor `syn-recv`, which no program holds.
    case connected
    /// Sockets that clients can reach.
    case listeners
    /// All sockets.
    case everything
  }

  /// Compiles the options.
  ///
  /// - Parameter takesAnyFamily: Whether other families than inet count if no option names one: a capture shows all that
  ///   it has.
  func selection(
    default defaultStates: DefaultStates, details: InetDetails = [], takesAnyFamily: Bool = false,
    names: any FilterNames = HostNames()
  ) throws(CommandFailure) -> Selection {
    let filter = try FilterArgument.parse(filter, names: names)
    if family == .netlink { return try netlinkSelection(filter, defaultStates, details) }
    var tcp = states(filter, .listen, defaultStates)
    var udp = states(filter, .close, defaultStates).subtracting(.boundInactive)
    if boundInactive {
      guard self.tcp || !self.udp else { throw .usage("-B is about TCP; leave -u out or add -t") }
      guard filter.possibleStates.contains(.boundInactive) else {
        throw .usage("the filter excludes the sockets that -B adds; add 'state bound-inactive' to its states")
      }
      let isAlone = !filter.namesStates && breadth == nil
      tcp = isAlone ? .boundInactive : tcp.union(.boundInactive)
      if isAlone { udp = [] }
    }
    let takesBoth = self.tcp == self.udp
    // States in the filter override options.
    let takesAnyState =
      defaultStates == .everything && (filter.namesStates || breadth != .listening && !boundInactive)
    return Selection(
      tcp: takesBoth || self.tcp ? tcp : [], udp: takesBoth || self.udp ? udp : [],
      netlink: takesAnyFamily && takesAnyState && !self.tcp && !self.udp && inetFamily == nil
        ? Selection.netlinkStates : [], family: inetFamily,
      filter: filter, details: details, takesAnyState: takesAnyState, takesAnyProtocol: !self.tcp && !self.udp)
  }

  private var inetFamily: AddressFamily? {
    switch family {
    case .inet: .inet
    case .inet6: .inet6
    default: ipv4 == ipv6 ? nil : ipv4 ? .inet : .inet6
    }
  }

  /// Netlink sockets have no states that a default could leave out.
  private func netlinkSelection(
    _ filter: SocketFilter, _ defaultStates: DefaultStates, _ details: InetDetails
  ) throws(CommandFailure) -> Selection {
    let others = [(tcp, "-t"), (udp, "-u"), (boundInactive, "-B"), (ipv4, "-4"), (ipv6, "-6")]
    if let (_, option) = others.first(where: \.0) {
      throw .usage("\(option) and '-f netlink' exclude each other; leave one of them out")
    }
    return Selection(
      tcp: [], udp: [], netlink: (filter.statesToAskFor ?? .all).intersection(Selection.netlinkStates), family: nil,
      filter: filter, details: details,
      takesAnyState: defaultStates == .everything)
  }

  private func states(
    _ filter: SocketFilter, _ listening: SocketStateSet, _ defaultStates: DefaultStates
  ) -> SocketStateSet {
    if defaultStates != .everything, let named = filter.statesToAskFor { return named }
    switch (filter.namesStates ? nil : breadth, defaultStates) {
    case (.all, .everything), (nil, .everything): return .all.union(.boundInactive)
    case (.all, _): return .all
    // One state for each protocol: the kernel's tables have no TCP socket in `close`, and asking costs a walk over all sockets.
    case (.listening, _), (nil, .listeners): return listening
    // As in `ss`: connections that a program holds or held, without the records of half-open and closed ones.
    case (nil, .connected): return .connected.subtracting(.bucket)
    }
  }
}
