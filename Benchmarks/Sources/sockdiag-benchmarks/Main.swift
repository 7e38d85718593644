import ArgumentParser
import CHarness
import FoundationEssentials

@main
struct Benchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sockdiag-benchmarks",
    abstract: "Measures ways to read sockets against the least that the kernel charges.",
    discussion: """
      Runs as root, in a network namespace of its own, so that the host's sockets neither disturb the run nor are \
      touched by it.
      """
  )

  @Option(name: .long, parsing: .upToNextOption, help: "How many sockets to read, one run for each number.")
  var sizes = [1_000, 10_000, 100_000]

  @Option(help: "How often each rival is measured; slow ones a third as often.")
  var rounds = 15

  @Option(help: "How many of the sockets listen.")
  var listening = 100

  @Option(help: "Percentage of the sockets that are IPv6.")
  var ipv6 = 20

  @Option(help: "Polls of the steady state; a full dump is polled a thousandth as often.")
  var polls = 100_000

  @Option(name: .long, parsing: .upToNextOption, help: "Measure only these workloads, by key.")
  var only: [String] = []

  @Option(help: "The command to race, as a path. Default: SOCKDIAG in the environment, or sockdiag in PATH.")
  var sockdiag: String?

  @Option(help: "The program that holds the sockets. Default: socket-farm beside this program.")
  var farm: String?

  @Option(help: "Write a dated record of the run.")
  var json: String?

  @Option(help: "Draw the largest size as an SVG.")
  var chart: String?

  func validate() throws {
    guard rounds > 0, polls > 0, sizes.allSatisfy({ $0 > listening }), listening >= 0, (0...100).contains(ipv6) else {
      throw ValidationError("rounds and polls are positive, sizes exceed --listening, --ipv6 is a percentage")
    }
  }

  func run() throws {
    let isolated = harness_enter_namespace()
    guard isolated == 0 else {
      throw BenchmarkError("no network namespace: \(errorText(isolated)). Run as root.")
    }
    let host = Host.current()
    print("\(host.processor), \(host.cores) cores, Linux \(host.kernel)\n")

    var outcomes: [Outcome] = []
    var steady: [SteadyState] = []
    for size in sizes {
      try measure(size, outcomes: &outcomes, steady: &steady)
    }
    if !steady.isEmpty { print(steady.text) }

    let record = Record(date: .now, host: host, rounds: rounds, outcomes: outcomes, steady: steady)
    if let json { try record.write(to: json) }
    if let chart { try Chart(record: record, outcomes: outcomes).write(to: chart) }
  }

  private func measure(_ size: Int, outcomes: inout [Outcome], steady: inout [SteadyState]) throws {
    let farm = try Farm(program: farmProgram(), sockets: size, listening: listening, ipv6Percent: ipv6)
    let catalogue = try Catalogue(ss: Command.find("ss"), sockdiag: sockdiagProgram())
    for workload in try catalogue.workloads(for: farm) where isWanted(workload.key) && !workload.rivals.isEmpty {
      let outcome = try Rounds(count: rounds).measure(workload, sockets: farm.total)
      print(outcome.text)
      outcomes.append(outcome)
    }
    guard isWanted("steady"), size == sizes.last else { return }
    for subject in try catalogue.steadySubjects() {
      steady.append(try SteadyState(polling: subject.rival, times: max(1, polls / subject.divisor)))
    }
  }

  private func isWanted(_ key: String) -> Bool {
    only.isEmpty || only.contains(key)
  }

  private func farmProgram() throws -> String {
    if let farm { return farm }
    let directory = CommandLine.arguments[0].split(separator: "/", omittingEmptySubsequences: false).dropLast()
    let beside = (directory + ["socket-farm"]).joined(separator: "/")
    guard let program = Command.find(beside) else {
      throw BenchmarkError("no socket-farm at \(beside): build it, or name it with --farm")
    }
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
