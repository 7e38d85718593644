internal import ArgumentParser
internal import Glibc
internal import HostFindings
internal import SockDiag
internal import SockDiagWire

/// `sockdiag check`: finds faults of this host that concern sockets.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Finds faults of this host, present or imminent: ports, queues, leaks.",
    discussion: """
      EXAMPLES
        sockdiag check                      what is wrong, with a remedy each
        sockdiag check -N web               in the network namespace 'web'
        sockdiag check --openmetrics        for a collector of metrics

      It looks twice, one second apart. Each finding is a headline with the figures, and a line of advice. Without findings \
      it says what it checked on a terminal, and nothing in a pipe, so that a timer mails only faults. As root it knows the \
      processes of all users.

      Exit status: 0 nothing wrong; 1 findings; 75 no findings, but the list of sockets is incomplete.

      RULES
      \(rules)
      """)

  @Option(
    help: ArgumentHelp(
      "Seconds between the two looks, 0.1 to 3600. A counter is a finding if it rises between them.",
      valueName: "seconds"))
  var interval: Double = 1

  @Option(
    help: ArgumentHelp("Seconds in CLOSE_WAIT after which a socket counts as leaked.", valueName: "seconds"))
  var closeWaitAge: UInt32 = UInt32(FindingLimits().closeWaitAge.components.seconds)

  @Flag(help: "One JSON array, empty without findings.")
  var json = false

  @Flag(name: .customLong("openmetrics"), help: "Metrics in the OpenMetrics format.")
  var openMetrics = false

  @Flag(name: .shortAndLong, help: "Print no findings; the exit status tells whether there are any.")
  var quiet = false

  @OptionGroup(title: "Where") var namespace: NamespaceOption
  @OptionGroup var colour: ColourOption

  func run() throws {
    guard (0.1...3600).contains(interval) else { throw CommandFailure.usage("--interval takes 0.1 to 3600 seconds") }
    let format = try format()
    var limits = FindingLimits()
    limits.closeWaitAge = .seconds(closeWaitAge)
    try namespace.enter()
    let facts = try Progress.during("checking this host") { try look(limits) }
    let findings = facts.findings(limits)
    var remarks = Remarks()
    // Findings decide the exit status, even if the lists were incomplete.
    if !findings.isEmpty { remarks.add(status: .negative) }
    remarks.note(.tcp, facts.defects, facts.substitution)
    remarks.note(.udp, facts.udpDefects, facts.udpSubstitution)
    let isComplete = facts.defects.union(facts.udpDefects).isComplete
    try show(findings, facts, format, isComplete: isComplete)
    try remarks.end()
  }

  private func format() throws(CommandFailure) -> CheckFormat {
    switch (json, openMetrics, quiet) {
    case (true, true, _): throw .usage("--json and --openmetrics exclude each other; leave one of them out")
    case (true, _, true), (_, true, true): throw .usage("--quiet prints nothing; leave it out, or leave the format out")
    case (true, _, _): return .json
    case (_, true, _): return .openMetrics
    case (_, _, true): return .none
    default: return .text
    }
  }

  private func look(_ limits: FindingLimits) throws -> HostFacts {
    var observer = try HostObserver()
    let end = ContinuousClock.now + .seconds(interval)
    try observer.survey()
    Self.sleep(until: end)
    let facts = try observer.facts(limits)
    if let error = facts.ownersError {
      throw CommandFailure(.system, "the holders of sockets cannot be found: \(error)")
    }
    return facts
  }

  private func show(
    _ findings: [Finding], _ facts: HostFacts, _ format: CheckFormat, isComplete: Bool
  ) throws(CommandFailure) {
    var output = ByteOutput()
    switch format {
    case .none: break
    case .json:
      var array = JSONArray(isOnLines: true)
      for finding in findings {
        array.beginElement(&output.bytes)
        output.bytes.appendJSON(FindingFields(finding: finding))
      }
      array.end(&output.bytes)
      output.bytes.append(UInt8(ascii: "\n"))
    case .openMetrics:
      CheckMetrics.append(
        findings, facts.scope, interval: facts.interval, isComplete: isComplete, to: &output.bytes)
    case .text:
      let terminal = Terminal.standardOutput(colour.color)
      var prose = Prose(terminal)
      CheckText.append(findings, to: &prose)
      // In a pipe, no news is good news: a timer mails whatever a command prints.
      if terminal.isTerminal {
        let scope = facts.scope
        // "Nothing wrong" would be too much if sockets were not seen.
        if findings.isEmpty, isComplete { CheckText.append(scope, to: &prose) }
        CheckText.appendUnchecked(scope, to: &prose)
      }
      output.bytes += prose.bytes
    }
    try output.flush()
  }

  private static func sleep(until end: ContinuousClock.Instant) {
    var left = end - .now
    while left > .zero {
      // Rounded up, so that no waits of 0 ms follow the last one.
      _ = poll(nil, 0, Int32(clamping: Int64(left / .milliseconds(1)) + 1))
      left = end - .now
    }
  }

  private static var rules: String {
    FindingRule.allCases.map { "  \($0.rawValue): \($0.explanation())." }.joined(separator: "\n")
  }
}
