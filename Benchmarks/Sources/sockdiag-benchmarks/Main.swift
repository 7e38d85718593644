import ArgumentParser
import CHarness
import FoundationEssentials

@main
struct Benchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sockdiag-benchmarks",
    abstract: "Measures ways to read sockets against the cost of the kernel alone.",
    discussion: """
      Needs root: the run makes its own network namespace, so it does not touch the sockets of the host and is not \
      disturbed by them.
      """
  )

  @Option(name: .long, parsing: .upToNextOption, help: "The numbers of sockets to read, one run for each.")
  var sizes = [1_000, 10_000, 100_000]

  @Option(help: "How often each rival is measured; slow rivals a third as often.")
  var rounds = 15

  @Option(help: "The number of listening sockets among them.")
  var listening = 100

  @Option(help: "Percentage of the sockets that are IPv6.")
  var ipv6 = 20

  @Option(help: "Polls of the steady state; a full dump is polled a thousandth as often.")
  var polls = 100_000

  @Option(help: "Seconds of polling under churn, which is measured if --only names the key 'polling'.")
  var seconds = 60

  @Option(help: "Short connections a second meanwhile.")
  var churn = 2_000

  @Option(name: .long, parsing: .upToNextOption, help: "Measure only these workloads, by key.")
  var only: [String] = []

  @Option(help: "The sockdiag to measure, as a path. Default: SOCKDIAG in the environment, or sockdiag in PATH.")
  var sockdiag: String?

  @Option(help: "Another ss to measure, such as the newest, as a path.")
  var newestSS: String?

  @Option(help: "The folder with the programs of other languages, Benchmarks/Rivals. Without it they are left out.")
  var others: String?

  @Option(help: "The program that holds the sockets. Default: socket-farm beside this program.")
  var farm: String?

  @Option(help: "Write a dated record of the run.")
  var json: String?

  @Option(help: "Draw the largest size as an SVG.")
  var chart: String?

  @Option(help: "Write a page of all results, with a chart for each size beside it.")
  var page: String?

  @Option(
    name: .long, parsing: .upToNextOption,
    help: """
      Measure nothing: take these records. A workload of a later one replaces the same of an earlier one.
      """)
  var from: [String] = []

  func validate() throws {
    guard rounds > 0, polls > 0, sizes.allSatisfy({ $0 > listening }), listening >= 0, (0...100).contains(ipv6) else {
      throw ValidationError(
        "rounds and polls must be positive, sizes must exceed --listening, and --ipv6 must be a percentage")
    }
  }

  func run() throws {
    guard from.isEmpty else { return try write(stored()) }
    // Each result is seen at once, also in a file.
    harness_buffer_lines()
    let isolated = harness_enter_namespace()
    guard isolated == 0 else {
      throw BenchmarkError("cannot make a network namespace: \(errorText(isolated)); run as root")
    }
    let host = Host.current()
    print("\(host.processor), \(host.cores) cores, Linux \(host.kernel)\n")

    var outcomes: [Outcome] = []
    var steady: [SteadyState] = []
    var polling: [PollingUnderChurn] = []
    var health: [Responsiveness] = []
    // A run takes up to an hour: what was measured before a failure is kept.
    var failure: (any Error)?
    do {
      try measureStart(outcomes: &outcomes)
      for size in sizes { try measure(size, outcomes: &outcomes, steady: &steady, health: &health) }
      // It takes minutes, so it has to be asked for, by name or with the page. It comes last, because it leaves TIME_WAIT
      // records behind.
      if let size = only.contains("polling") ? sizes.last : page == nil || !only.isEmpty ? nil : size(upTo: 10_000) {
        polling = [try poll(size)]
        print(polling[0].text)
      }
    } catch {
      failure = error
    }
    if !steady.isEmpty { print(steady.text) }
    try write(
      Record(
        date: .now, host: host, rounds: rounds, outcomes: outcomes, steady: steady, polling: polling, health: health))
    if let failure { throw failure }
  }

  private func stored() throws -> Record {
    var record = try Record(readingFrom: from[0])
    for path in from.dropFirst() { try record.replaceWorkloads(with: Record(readingFrom: path)) }
    return record
  }

  private func write(_ record: Record) throws {
    if let json { try record.write(to: json) }
    // A size of 0 is the start of the programs, which needs no chart.
    let sizes = Set(record.tables.map(\.sockets)).subtracting([0]).sorted()
    if let chart { try Chart(of: record, sockets: sizes.last ?? 0).write(to: chart) }
    guard let page else { return }
    // The page is FILE.md, and its charts are in the folder FILE.
    let folder = page.hasSuffix(".md") ? String(page.dropLast(3)) : page + "-charts"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let name = folder.split(separator: "/").last.map(String.init) ?? folder
    let charts = try sizes.map { size in
      try Chart(of: record, sockets: size).write(to: "\(folder)/\(size).svg")
      return (sockets: size, path: "\(name)/\(size).svg")
    }
    try Page(record: record, charts: charts).write(to: page)
  }

  /// The largest size that is not above a limit; of larger ones the least.
  private func size(upTo limit: Int) -> Int? { sizes.filter { $0 <= limit }.max() ?? sizes.min() }

  /// A round of a million sockets takes a minute.
  private func rounds(for size: Int) -> Rounds { Rounds(count: size > 100_000 ? max(1, rounds / 3) : rounds) }

  private func measureStart(outcomes: inout [Outcome]) throws {
    let workload = try catalogue().start()
    guard isWanted(workload.key), !workload.rivals.isEmpty else { return }
    let outcome = try Rounds(count: 3 * rounds).measure(workload, sockets: 0)
    print(outcome.text)
    outcomes.append(outcome)
  }

  private func measure(
    _ size: Int, outcomes: inout [Outcome], steady: inout [SteadyState], health: inout [Responsiveness]
  ) throws {
    if Catalogue.unixKeys.contains(where: isWanted) { try measureUnix(size, outcomes: &outcomes) }
    let farm = try Farm(program: farmProgram(), sockets: size, listening: listening, ipv6Percent: ipv6)
    let catalogue = try self.catalogue()
    for workload in try catalogue.workloads(for: farm) where isWanted(workload.key) && !workload.rivals.isEmpty {
      let outcome = try rounds(for: size).measure(workload, sockets: farm.total)
      print(outcome.text)
      outcomes.append(outcome)
    }
    if isWanted("health") {
      health += try Responsiveness.measure(for: .seconds(5))
      print(Array(health.suffix(2)).text)
    }
    guard isWanted("steady"), size == self.size(upTo: 100_000) else { return }
    for subject in try catalogue.steadySubjects() {
      steady.append(try SteadyState(polling: subject.rival, times: max(1, polls / subject.divisor)))
    }
  }

  /// UNIX sockets have a farm of their own, and it stands alone: the holders of the other one have UNIX sockets too.
  private func measureUnix(_ size: Int, outcomes: inout [Outcome]) throws {
    let farm = try Farm(program: farmProgram(), unixSockets: size)
    let catalogue = try self.catalogue()
    for workload in try catalogue.unixWorkloads(for: farm) where isWanted(workload.key) {
      let outcome = try rounds(for: size).measure(workload, sockets: farm.total)
      print(outcome.text)
      outcomes.append(outcome)
    }
  }

  private func catalogue() throws -> Catalogue {
    guard newestSS == nil || newestSS.flatMap(Command.find) != nil else {
      throw BenchmarkError("no program at \(newestSS ?? "")")
    }
    return Catalogue(
      ss: Command.find("ss"), newestSS: newestSS, sockdiag: try sockdiagProgram(),
      others: OtherLanguages(folder: others))
  }

  private func isWanted(_ key: String) -> Bool {
    only.isEmpty || only.contains(key)
  }

  private func poll(_ size: Int) throws -> PollingUnderChurn {
    let farm = try Farm(program: farmProgram(), sockets: size, listening: listening, ipv6Percent: ipv6)
    return try PollingUnderChurn(
      longLived: farm.total, connectionsPerSecond: churn, seconds: seconds, churn: program("connection-churn"),
      ss: Command.find("ss"))
  }

  private func farmProgram() throws -> String { try farm ?? program("socket-farm") }

  /// A program of this package, beside this one.
  private func program(_ name: String) throws -> String {
    let directory = CommandLine.arguments[0].split(separator: "/", omittingEmptySubsequences: false).dropLast()
    let beside = (directory + [name[...]]).joined(separator: "/")
    guard let program = Command.find(beside) else { throw BenchmarkError("no \(name) at \(beside); build it") }
    return program
  }

  private func sockdiagProgram() throws -> String? {
    guard let named = sockdiag ?? ProcessInfo.processInfo.environment["SOCKDIAG"] else {
      return Command.find("sockdiag")
    }
    guard let program = Command.find(named) else { throw BenchmarkError("no command at \(named)") }
    return program
  }
}
