internal import ArgumentParser
internal import Glibc
internal import SockDiag
internal import SockDiagWire
internal import SocketMetrics

/// `sockdiag metrics`: figures of the sockets for Prometheus and other collectors.
struct Metrics: TakesFilter {
  static let configuration = CommandConfiguration(
    abstract: "Metrics of the sockets for Prometheus: once, into a file, or over HTTP.",
    discussion: """
      EXAMPLES
        sockdiag metrics                    one page of OpenMetrics
        sockdiag metrics --listen 9773      http://127.0.0.1:9773/metrics
        sockdiag metrics --every 15s --file /var/lib/prometheus/node-exporter/sockdiag.prom
        sockdiag metrics --by unit -t       TCP only, also by systemd unit
        sockdiag metrics --print unit       the systemd service; also alerts, rules, dashboard

      Counters begin with the command and only grow as long as it runs: leave it running with --listen, or with --file and \
      --every. The kernel announces the sockets that end between two looks, so their traffic counts too. Without these \
      options it looks twice, one second apart, and counters show that second.

      A family has at most --limit label sets, those of the largest, and one more with 'other' for the rest. \
      sockdiag_cut_label_sets says how many are in there.

      A filter limits the metrics of sockets. Those of the kernel, of destinations and of the rules of 'sockdiag check' are \
      always about the whole network namespace.

      The server has no encryption and no login, and listens on the loopback address unless you give another. It answers \
      GET and HEAD of /metrics, as OpenMetrics to clients that ask for it. Scrapes at the same time share one look.

      SIGINT (Ctrl-C) and SIGTERM end it with status 0.
      """)

  @Option(help: ArgumentHelp("Serve the metrics over HTTP.", valueName: "[address:]port|/path"))
  var listen: String?

  @Option(
    help: ArgumentHelp(
      "Write a file, for the textfile collector. Readers see the old or the new one, never a part.", valueName: "path"),
    completion: .file())
  var file: String?

  @Option(help: ArgumentHelp("Write the file again and again, such as every 15s.", valueName: "time"))
  var every: String?

  @Option(
    help: ArgumentHelp("The format of the page or file: openmetrics or prometheus.", valueName: "format"))
  var format: MetricsFormatArgument?

  @Option(
    help: ArgumentHelp(
      "Count by owner as well: process, unit, container, with commas between. As root it knows those of all users.",
      valueName: "owners"))
  var by: String?

  @Option(parsing: .unconditional, help: "The largest number of label sets of a family, 1 to 10000.")
  var limit = MetricsConfiguration().limit

  @Flag(help: "Leave out the rules of 'check', and the metrics of destinations: half of the work of a look.")
  var noRules = false

  @Option(help: ArgumentHelp("Print a file for the collector: unit, alerts, rules or dashboard.", valueName: "file"))
  var print: MetricsAssetArgument?

  @OptionGroup(title: "Which sockets") var selection: SelectionOptions

  func run() throws {
    if let print { return try Self.show(print.content) }
    if every != nil, file == nil { throw CommandFailure.usage("--every repeats --file; give a path, or leave it out") }
    if listen != nil, file != nil {
      throw CommandFailure.usage("--listen and --file exclude each other; run the command twice for both")
    }
    if listen != nil, format != nil {
      throw CommandFailure.usage("--listen gives each client the format that it asks for; leave --format out")
    }
    let configuration = try configuration()
    if let listen { return try serve(MetricsPlace(parsing: listen), configuration) }
    let every = try every.map { text throws(CommandFailure) in
      try DurationArgument.parse(text, option: "--every", atLeast: .seconds(1))
    }
    guard let file else { return try printPage(configuration) }
    try write(to: file, format?.format ?? .prometheus, every: every, configuration)
  }

  /// What is collected.
  private func configuration() throws(CommandFailure) -> MetricsConfiguration {
    guard (1...10_000).contains(limit) else { throw .usage("--limit: \(limit) is out of range; give 1 to 10000") }
    let chosen = try selection.selection(default: .everything)
    if chosen.filter.namesHolders {
      throw .usage("metrics cannot be limited to some processes; use --by process, and choose in the query")
    }
    let queries = try chosen.queries(
      of: [.tcp, .udp], because: "there are metrics of TCP and UDP sockets only; use -t and -u only")
    var configuration = MetricsConfiguration()
    configuration.tcp = queries.first { $0.protocol == .tcp }
    configuration.udp = queries.first { $0.protocol == .udp }
    configuration.limit = limit
    configuration.checksRules = !noRules
    configuration.owners = try owners()
    configuration.version = Sockdiag.version
    return configuration
  }

  private func owners() throws(CommandFailure) -> Set<MetricsConfiguration.Owner> {
    var owners: Set<MetricsConfiguration.Owner> = []
    for word in by?.split(separator: ",", omittingEmptySubsequences: false) ?? [] {
      guard let owner = MetricsConfiguration.Owner(rawValue: String(word)) else {
        throw .usage("--by: '\(word)' is not an owner; give process, unit or container")
      }
      owners.insert(owner)
    }
    return owners
  }

  /// Prints one page. The second of two looks has figures of what happened since the first.
  private func printPage(_ configuration: MetricsConfiguration) throws {
    let page = try Progress.during("looking twice") {
      var collector = try MetricsCollector(configuration)
      _ = try collector.collect()
      Pause.sleep(until: .now + .seconds(1))
      return (format?.format ?? .openMetrics).page(try collector.collect())
    }
    try Self.show(page)
  }

  private static func show(_ bytes: [UInt8]) throws(CommandFailure) {
    var output = ByteOutput()
    output.bytes += bytes
    try output.flush()
  }

  private func write(
    to path: String, _ format: MetricsFormat, every: Duration?, _ configuration: MetricsConfiguration
  ) throws {
    var collector = try MetricsCollector(configuration)
    _ = try collector.collect()
    guard let every else {
      Pause.sleep(until: .now + .seconds(1))
      return try ReplacedFile.write(format.page(try collector.collect()), to: path)
    }
    let interruption = try Interruption()
    var next = ContinuousClock.now
    while true {
      try ReplacedFile.write(format.page(try collector.collect()), to: path)
      // No look is made up for: a figure of now is what the reader wants.
      while next <= .now { next += every }
      guard try Self.wait(until: next, &collector, interruption) else { return }
    }
  }

  /// Takes announcements of ends until it is time for the next look; `false` if the user interrupts the command.
  private static func wait(
    until end: ContinuousClock.Instant, _ collector: inout MetricsCollector, _ interruption: Interruption
  ) throws -> Bool {
    var isResting = false
    while end > .now {
      let left = Int32(clamping: Int64((end - .now) / .milliseconds(1)) + 1)
      // After announcements the next ones gather for a moment, as the command need not wake for each.
      let wait = interruption.wait(
        forAnyOf: isResting ? [] : collector.fileDescriptors, milliseconds: isResting ? min(left, 50) : left)
      switch wait {
      case .interrupted, .abandoned: return false
      case .ready: try collector.collectEnds()
      case .timeUp: break
      }
      isResting = wait == .ready
    }
    return true
  }
}

/// The format of a page or file.
enum MetricsFormatArgument: String, CaseIterable, ExpressibleByArgument {
  case openmetrics, prometheus

  var format: MetricsFormat { self == .openmetrics ? .openMetrics : .prometheus }
}
