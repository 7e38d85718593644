internal import ArgumentParser
internal import SockDiag
internal import SockDiagWire

/// `sockdiag watch`: a live table of sockets.
struct Watch: TakesFilter {
  static let configuration = CommandConfiguration(
    abstract: "Shows in a live table which sockets move, stall, retransmit or fill up.",
    discussion: """
      Shows connections and listeners, those with the most traffic first. Keys sort, filter, pause and show all that is \
      known of one socket; h lists them.

      Rates are those between two looks. A socket that ended stays for one more look, marked with '-', with its last \
      traffic if the kernel announced its end; a new one is marked with '+'. Only TCP and MPTCP count bytes.

      --all-netns shows the sockets of all network namespaces that there are at the start; 'g' then groups by namespace, too.

      Filters are those of 'sockdiag list', without conditions about processes: their processes are looked up only for the \
      rows that are seen.

      Where the output is no terminal, or with --lines, each look is some lines of words such as received=1200, for grep \
      and awk: one for all sockets, and one for each of the first sockets. There is no JSON: programs use 'sockdiag stats \
      --every 1s --ndjson' and 'sockdiag events --ndjson'.
      """)

  @OptionGroup(title: "Which sockets")
  var selection: SelectionOptions

  @OptionGroup(title: "Which sockets")
  var everywhere: AllNamespacesOption

  @Option(
    help: ArgumentHelp("The time from look to look, such as 200ms or 5s (default: 1s).", valueName: "time"))
  var every: String?

  @Option(help: ArgumentHelp("The order: rate, retransmits, rtt, queue, age.", valueName: "order"))
  var sort = WatchOrder.rate

  @Option(
    help: ArgumentHelp(
      "Show groups of sockets: \(Grouping.words.joined(separator: ", ")).", valueName: "word"),
    completion: .list(Grouping.words))
  var by: String?

  @Flag(name: .shortAndLong, help: "The lowest value first.")
  var reverse = false

  @OptionGroup
  var colour: ColourOption

  @Flag(help: "Lines of text instead of a live table.")
  var lines = false

  @Option(help: ArgumentHelp("With --lines: the number of sockets in a look (default: 10).", valueName: "number"))
  var top: Int?

  @Option(help: ArgumentHelp("With --lines: end after this many looks.", valueName: "number"))
  var count: Int?

  func run() throws {
    let interval =
      try every.map { text throws(CommandFailure) in
        try DurationArgument.parse(text, option: "--every", atLeast: .milliseconds(50), atMost: .seconds(3600))
      } ?? .seconds(1)
    for (name, number) in [("--top", top), ("--count", count)] {
      if let number, !(1...10_000).contains(number) {
        throw CommandFailure.usage("\(name): \(number) is not possible; give a number from 1 to 10000")
      }
    }
    let text = selection.filter.joined(separator: " ")
    let names: any FilterNames = everywhere.allNamespaces ? ManyNamespacesFilterNames() : HostNames()
    // Reports a wrong filter as other subcommands do.
    _ = try FilterArgument.parse(selection.filter, names: names)
    let base = try selection.filterFile.map { file throws(CommandFailure) in
      try FilterArgument.parse([FilterFile.text(file)], names: names, isFile: true)
    }
    let filter = WatchFilter(selection, base: base ?? .everything, names: names)
    var request: WatchRequest
    do throws(WatchFilter.Fault) {
      request = WatchRequest(selection: try filter.selection(text), interval: interval)
    } catch {
      throw CommandFailure.usage(error.message)
    }
    (request.order, request.isReversed) = (sort, reverse)
    request.grouping = try by.map { text throws(CommandFailure) in try Grouping.parse(text) }
    if request.grouping == .namespace, !everywhere.allNamespaces {
      throw CommandFailure.usage("--by namespace: one network namespace is looked at; add --all-netns for all")
    }
    var remarks = Remarks()
    let scope = WatchScope(
      namespaces: try everywhere.namespaces(besides: selection.namespace, &remarks), remarks: remarks.sentences)
    guard !lines, let terminal = WatchTerminal(colour.color) else {
      request.limit = top ?? 10
      return try WatchLines(request, in: scope, count: count).run()
    }
    if top != nil || count != nil {
      throw CommandFailure.usage("\(top != nil ? "--top" : "--count") is about lines; add --lines")
    }
    let model = WatchModel(
      request, filterText: text, filter: filter, interfaces: InterfaceNames(.host), cgroups: CgroupNames(),
      showsNamespaces: scope.namespaces != nil)
    var session = try WatchSession(model, in: scope, on: terminal)
    try session.run()
  }
}
