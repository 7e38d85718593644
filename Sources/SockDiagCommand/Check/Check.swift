internal import ArgumentParser
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
        sockdiag check --all-netns          in all of the host, each for itself
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
  @OptionGroup(title: "Where") var everywhere: AllNamespacesOption
  @OptionGroup var colour: ColourOption

  func run() throws {
    guard (0.1...3600).contains(interval) else { throw CommandFailure.usage("--interval takes 0.1 to 3600 seconds") }
    let format = try format()
    var limits = FindingLimits()
    limits.closeWaitAge = .seconds(closeWaitAge)
    var remarks = Remarks()
    let namespaces = try everywhere.namespaces(besides: namespace, &remarks)
    if namespaces == nil { try namespace.enter() }
    let answers = try Progress.during("checking this host") {
      try namespaces.map { try look(at: $0, limits, &remarks) } ?? [CheckAnswer(nil, look(limits), limits)]
    }
    // Findings decide the exit status, even if the lists were incomplete.
    if answers.contains(where: { !$0.findings.isEmpty }) { remarks.prefer(.negative) }
    for answer in answers { remarks.add(answer.remarks) }
    try show(answers, format)
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
    Pause.sleep(until: end)
    return try Self.facts(&observer, limits)
  }

  private static func facts(_ observer: inout HostObserver, _ limits: FindingLimits) throws -> HostFacts {
    let facts = try observer.facts(limits)
    if let error = facts.ownersError {
      throw CommandFailure(.system, "the holders of sockets cannot be found: \(error)")
    }
    return facts
  }

  /// Looks at each namespace twice. One that ends in between, or cannot be entered, spoils only its own part.
  private func look(
    at namespaces: [NamespaceTag], _ limits: FindingLimits, _ remarks: inout Remarks
  ) throws -> [CheckAnswer] {
    var visit = NamespaceVisit(namespaces)
    var observations: [(namespace: NamespaceTag, observation: Observation)] = []
    let end = ContinuousClock.now + .seconds(interval)
    for namespace in namespaces {
      try visit.attempt(namespace, &remarks) { _ in
        var observer = try HostObserver(in: namespace.namespace)
        try observer.survey()
        observations.append((namespace, Observation(observer)))
        return true
      }
    }
    Pause.sleep(until: end)
    var answers: [CheckAnswer] = []
    for (namespace, observation) in observations {
      try visit.attempt(namespace, &remarks) { _ in
        answers.append(CheckAnswer(namespace, try Self.facts(&observation.observer, limits), limits))
        return true
      }
    }
    visit.note(&remarks)
    return answers
  }

  /// An observer among others: a list cannot hold a value that has one owner.
  private final class Observation {
    var observer: HostObserver
    init(_ observer: consuming HostObserver) { self.observer = observer }
  }

  private func show(_ answers: [CheckAnswer], _ format: CheckFormat) throws(CommandFailure) {
    var output = ByteOutput()
    switch format {
    case .none: break
    case .json:
      var array = JSONArray(isOnLines: true)
      for answer in answers {
        for finding in answer.findings {
          array.beginElement(&output.bytes)
          output.bytes.appendJSON(FindingFields(finding: finding, namespace: answer.namespace))
        }
      }
      array.end(&output.bytes)
      output.bytes.append(UInt8(ascii: "\n"))
    case .openMetrics: CheckMetrics.append(answers, to: &output.bytes)
    case .text:
      let terminal = Terminal.standardOutput(colour.color)
      var prose = Prose(terminal)
      for answer in answers { CheckText.append(answer, isTerminal: terminal.isTerminal, to: &prose) }
      output.bytes += prose.bytes
    }
    try output.flush()
  }

  private static var rules: String {
    FindingRule.allCases.map { "  \($0.rawValue): \($0.explanation())." }.joined(separator: "\n")
  }
}
