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
      case .all: "All states, bound-inactive included."
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
    help: "TCP sockets that are bound but neither listen nor are connected; adds them to -l and 'exclude'.")
  var boundInactive = false

  @Flag(name: [.customShort("4"), .customLong("ipv4")], help: "IPv4 sockets only.")
  var ipv4 = false

  @Flag(name: [.customShort("6"), .customLong("ipv6")], help: "IPv6 sockets only; some of them also carry IPv4.")
  var ipv6 = false

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Sockets of one family: inet, inet6 or netlink.", valueName: "family"))
  var family: ListedFamily?

  @Option(
    name: [.customShort("A"), .customLong("query"), .customLong("socket")],
    help: ArgumentHelp("Kinds as in ss: tcp, udp, inet, netlink or all, with commas between.", valueName: "kinds"))
  var query: String?

  @Option(
    name: [.customShort("F"), .customLong("filter")],
    help: ArgumentHelp("Read the filter from a file; - for standard input.", valueName: "file"))
  var filterFile: String?

  @Flag(name: .shortAndLong, help: "Ignored: ports are always numbers.")
  var numeric = false

  @Argument(
    help: ArgumentHelp(
      "A condition in the filter language of ss: 'sport = :443 and not dst 10.0.0.0/8'. See 'sockdiag help list'.",
      valueName: "filter"), completion: Completions.filter)
  var filter: [String] = []

  @OptionGroup(title: "Which sockets")
  var namespace: NamespaceOption
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
    var filter = try FilterArgument.parse(filter, names: names)
    if let filterFile {
      let text = try FilterFile.text(filterFile)
      filter = try FilterArgument.parse([text], names: names, isFile: true) && filter
    }
    return try selection(matching: filter, default: defaultStates, details: details, takesAnyFamily: takesAnyFamily)
  }

  /// Compiles the options with a filter that is already read.
  func selection(
    matching filter: SocketFilter, default defaultStates: DefaultStates, details: InetDetails = [],
    takesAnyFamily: Bool = false
  ) throws(CommandFailure) -> Selection {
    if let query { return try selection(QueryOption(parsing: query), filter, defaultStates, details) }
    return try selection(filter, defaultStates, details, takesAnyFamily)
  }

  /// The selection of `-A`, which adds kinds to those of other options.
  private func selection(
    _ query: QueryOption, _ filter: SocketFilter, _ defaultStates: DefaultStates, _ details: InetDetails
  ) throws(CommandFailure) -> Selection {
    var options = self
    if query.tcp { options.tcp = true }
    if query.udp { options.udp = true }
    guard query.netlink else { return try options.selection(filter, defaultStates, details, false) }
    let netlink = Selection.netlinkStates.intersection(filter.statesToAskFor ?? .all)
    guard options.tcp || options.udp else {
      options.family = .netlink
      return try options.selection(filter, defaultStates, details, false)
    }
    var selection = try options.selection(filter, defaultStates, details, false)
    selection.netlink = netlink
    return selection
  }

  private func selection(
    _ filter: SocketFilter, _ defaultStates: DefaultStates, _ details: InetDetails, _ takesAnyFamily: Bool
  ) throws(CommandFailure) -> Selection {
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
    // As in the newest ss. The kernel keeps these sockets in a table of their own.
    case (.all, _): return .all.union(.boundInactive)
    // One state for each protocol: the kernel's tables have no TCP socket in `close`, and asking costs a walk over all sockets.
    case (.listening, _), (nil, .listeners): return listening
    // As in `ss`: connections that a program holds or held, without the records of half-open and closed ones.
    case (nil, .connected): return .connected.subtracting(.bucket)
    }
  }
}
