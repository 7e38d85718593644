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

  @Flag
  var kinds: [SocketKindFlag] = []

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
    name: .shortAndLong,
    help: ArgumentHelp(
      "Sockets of one family: \(ListedFamily.allValueStrings.joined(separator: ", ")).", valueName: "family"))
  var family: ListedFamily?

  @Option(
    name: [.customShort("A"), .customLong("query"), .customLong("socket")],
    help: ArgumentHelp("Kinds as in ss, with commas between: tcp, udp, inet, netlink, all.", valueName: "kinds"))
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
    /// Connections and the sockets that clients can reach.
    case heldByPrograms
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
    let query = try query.map(QueryOption.init)
    var named = Set(kinds.flatMap(\.kinds)).union(query?.kinds ?? [])
    if let family = family?.kinds {
      if let other = kinds.first(where: { !family.contains(where: $0.kinds.contains) }) {
        throw .usage("\(other.text) and '-f \(self.family?.rawValue ?? "")' exclude each other; leave one of them out")
      }
      named.formUnion(family)
    }
    if !named.isEmpty, named.allSatisfy({ $0.transport == nil }), let version = versionOption {
      throw .usage("\(version) is about IP, and no kind of sockets here has it; leave it out")
    }
    if boundInactive, !named.isEmpty, !named.contains(.tcp) {
      let other = kinds.first?.text ?? (family.map { "'-f \($0.rawValue)'" } ?? "-A")
      throw .usage("-B is about TCP; leave \(other) out or add -t")
    }
    // States in the filter override options.
    let takesAnyState =
      defaultStates == .everything && (filter.namesStates || breadth != .listening && !boundInactive)
    // A capture shows all that it has, unless options name a kind.
    let takesEverything = takesAnyFamily && takesAnyState && inetFamily == nil
    let shown = named.isEmpty ? takesEverything ? Set(SocketKind.allCases) : [.tcp, .udp] : named
    var states: [SocketKind: SocketStateSet] = [:]
    for kind in shown { states[kind] = self.states(of: kind, filter, defaultStates) }
    if boundInactive {
      guard filter.possibleStates.contains(.boundInactive) else {
        throw .usage("the filter excludes the sockets that -B adds; add 'state bound-inactive' to its states")
      }
      if !filter.namesStates, breadth == nil {
        states = [.tcp: .boundInactive]
      } else {
        states[.tcp, default: []].formUnion(.boundInactive)
      }
    }
    return Selection(
      states: states, family: inetFamily, filter: filter, details: details, takesAnyState: takesAnyState,
      takesAnyProtocol: named.isEmpty, isGroup: query?.namesGroup == true)
  }

  private var inetFamily: AddressFamily? {
    switch family {
    case .inet: .inet
    case .inet6: .inet6
    default: ipv4 == ipv6 ? nil : ipv4 ? .inet : .inet6
    }
  }

  /// The option that names a version of IP.
  private var versionOption: String? {
    if ipv4 != ipv6 { return ipv4 ? "-4" : "-6" }
    return inetFamily == nil ? nil : family.map { "'-f \($0.rawValue)'" }
  }

  private func states(
    of kind: SocketKind, _ filter: SocketFilter, _ defaultStates: DefaultStates
  ) -> SocketStateSet {
    if defaultStates != .everything, let named = filter.statesToAskFor {
      return kind == .tcp ? named : named.intersection(kind.allStates)
    }
    return switch (filter.namesStates ? nil : breadth, defaultStates) {
    // Bound TCP sockets too, as in the newest ss. The kernel keeps them in a table of their own.
    case (.all, _), (nil, .everything): kind.allStates
    // One state for each protocol: the kernel's tables have no TCP socket in `close`, and asking costs a walk over all
    // sockets.
    case (.listening, _), (nil, .listeners): kind.listeningStates
    case (nil, .connected): kind.connectedStates
    case (nil, .heldByPrograms): kind.connectedStates.union(kind.listeningStates)
    }
  }
}
