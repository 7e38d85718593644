internal import ArgumentParser
internal import Glibc
internal import SockDiag

/// `sockdiag stats`: counts and sums of sockets in groups.
struct Stats: TakesFilter {
  static let configuration = CommandConfiguration(
    abstract: "Sums sockets by state, port, peer, process, container, …, once or every few seconds.",
    discussion: """
      --by takes one of these words:

        state            protocol and state
        direction        inbound, outbound, local, listening
        port, peer-port  the port on this host, the port of the peer
        peer             the address of the peer
        peer/24          the peer's network: /24 of IPv4 and /64 of IPv6; peer/24,48 names both
        process          the process that holds the socket; of several the oldest
        unit, container  systemd's unit or the container, by the cgroup in which the socket was made
        cgroup           that cgroup
        user             the user who made the socket
        namespace        the network namespace; useful with --all-netns

      Without --every the traffic of a group is what its sockets have carried since they were made. With --every it is what \
      was carried since the last look, per second, and includes sockets that ended in between. The first look has no \
      traffic yet.

      Traffic, retransmits and round-trip times are those of TCP. 'Retrans' is the part of the sent segments that were sent \
      again. Numbers are shortened: 1.2k is 1,200 and 3.4M is 3,400,000.

      SIGINT (Ctrl-C) and SIGTERM end it with status 0.
      """)

  @OptionGroup(title: "Which sockets")
  var selection: SelectionOptions

  @OptionGroup(title: "Which sockets")
  var everywhere: AllNamespacesOption

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What sockets are grouped by: state, port, peer/24, process, … (default: state).", valueName: "word"),
    completion: .list(Grouping.words))
  var by: String?

  @Option(
    name: .long,
    help: ArgumentHelp("Look again after this time, such as 1s or 500ms, until interrupted.", valueName: "time"))
  var every: String?

  @Option(name: [.customShort("c"), .long], help: ArgumentHelp("End after so many looks.", valueName: "number"))
  var count: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The figure by which groups are sorted: \(GroupFigure.allValueStrings.joined(separator: ", ")).",
      valueName: "figure"))
  var sort = GroupFigure.sockets

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Show so many groups, and the rest as one; 0 for all (default: 20; all in JSON).", valueName: "number"))
  var limit: Int?

  @Option(
    name: .long, help: ArgumentHelp("Also draw the run as an SVG file, renewed every ten seconds.", valueName: "file"),
    completion: .file())
  var chart: String?

  @Flag(name: .shortAndLong, help: "Only counts by protocol, state and family, as ss -s; same as 'list --summary'.")
  var summary = false

  @Flag(name: [.customShort("H"), .long], help: "No header.")
  var noHeader = false

  @Flag(name: .shortAndLong, help: "One JSON object.")
  var json = false

  @Flag(help: "One JSON object on a line for each look.")
  var ndjson = false

  @OptionGroup(title: "How it is shown")
  var colour: ColourOption

  func validate() throws {
    _ = try OutputFormat(json: json, ndjson: ndjson)
    if json, every != nil {
      throw CommandFailure.usage("--json would be an array without an end; use --ndjson, a line for each look")
    }
    if let count, count < 1 { throw CommandFailure.usage("--count: \(count) is too small; give at least 1") }
    if count != nil, every == nil { throw CommandFailure.usage("--count needs --every, such as --every 1s") }
    if chart != nil, every == nil {
      throw CommandFailure.usage("--chart draws a run of several looks; add --every, such as --every 1s")
    }
    if let limit, limit < 0 { throw CommandFailure.usage("--limit: \(limit) is too small; give 0 for all groups") }
  }

  func run() throws {
    if summary { return try showSummary() }
    let grouping = try by.map(Grouping.parse) ?? .state
    let interval = try every.map { text throws(CommandFailure) in
      try DurationArgument.parse(text, option: "--every", atLeast: .milliseconds(10))
    }
    let interruption = try Interruption()
    var remarks = Remarks()
    let namespaces = try everywhere.namespaces(besides: selection.namespace, &remarks)
    let chosen = try selection.selection(
      default: .everything, names: namespaces == nil ? HostNames() : ManyNamespacesFilterNames())
    let isTable = try OutputFormat(json: json, ndjson: ndjson) == .table
    let sampler = try StatsSampler(
      chosen, by: grouping, in: namespaces, order: sort, limit: limit ?? (isTable ? 20 : 0), follows: interval != nil)
    var writer = StatsWriter(
      isTable
        ? .table(
          StatsTable(grouping, sort, showsHeader: !noHeader, isRun: interval != nil, .standardOutput(colour.color)))
        : .lines)
    var history = try chart.map { path throws(CommandFailure) in try StatsHistory(path: path, grouping, chosen.filter) }

    var schedule = StatsSchedule(every: interval, count: count)
    var said: Set<String> = []
    repeat {
      let sample = try sampler.look(&remarks, skipped: schedule.skipped)
      try writer.write(sample)
      try history?.add(sample)
      if interval != nil { remarks.sayNew(&said) }
    } while try schedule.waitForNext(sampler, interruption)
    try history?.finish()
    try remarks.end()
  }

  private func showSummary() throws {
    if by != nil || every != nil || chart != nil {
      throw CommandFailure.usage("--summary has groups of its own; leave --by, --every and --chart out")
    }
    var remarks = Remarks()
    let namespaces = try everywhere.namespaces(besides: selection.namespace, &remarks)
    let chosen = try selection.selection(
      default: .everything, names: namespaces == nil ? HostNames() : ManyNamespacesFilterNames())
    try SocketSummary.show(chosen, namespaces, OutputFormat(json: json, ndjson: ndjson), &remarks)
  }
}
