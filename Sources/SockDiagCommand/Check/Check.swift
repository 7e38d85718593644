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
      Looks twice and shows a line for each finding: the rule, the figures, and a remedy. Without findings it prints nothing \
      and exits with 0; with findings it exits with 1. It looks at its own network namespace. As root it knows the processes \
      of all users.

      RULES
      \(rules)
      """)

  @Option(
    help: ArgumentHelp(
      "Seconds between the two looks, 0.1 to 3600. A counter is a finding if it rises between them.",
      valueName: "seconds")
  )
  var interval: Double = 1

  @Option(
    help: ArgumentHelp("Seconds in CLOSE_WAIT after which a socket counts as leaked.", valueName: "seconds"))
  var closeWaitAge: UInt32 = UInt32(FindingLimits().closeWaitAge.components.seconds)

  @Flag(help: "One JSON array, empty without findings.")
  var json = false

  func run() throws {
    guard (0.1...3600).contains(interval) else { throw CommandFailure.usage("--interval takes 0.1 to 3600 seconds") }
    var limits = FindingLimits()
    limits.closeWaitAge = .seconds(closeWaitAge)
    var observer = try HostObserver()
    Self.sleep(interval)
    var facts = try observer.facts()
    try Self.addHolders(to: &facts, limits, &observer)
    let findings = facts.findings(limits)
    try show(findings)
    var remarks = Remarks()
    // Findings decide the exit status, even if the lists were incomplete.
    if !findings.isEmpty { remarks.add(status: .negative) }
    remarks.note(.tcp, facts.completeness, facts.substitution)
    remarks.note(.udp, facts.udpCompleteness, facts.udpSubstitution)
    try remarks.end()
  }

  /// Adds the processes that hold the sockets of the rules.
  private static func addHolders(
    to facts: inout HostFacts, _ limits: FindingLimits, _ observer: inout HostObserver
  ) throws {
    let sockets = facts.socketsToAttribute(limits)
    guard !sockets.isEmpty else { return }
    let book = try HolderBook(sockets)
    for socket in sockets { facts.holders[socket.inode] = book.processes(of: socket) }
    let missing = sockets.filter { facts.holders[$0.inode]?.isEmpty != false }
    // A listener that was closed in the meantime has no process either. Only one that still exists counts.
    let remaining = missing.isEmpty ? [] : Set(try observer.currentListeners().map(\.inode))
    for socket in missing where !remaining.contains(socket.inode) { facts.holders[socket.inode] = nil }
  }

  private func show(_ findings: [Finding]) throws(CommandFailure) {
    var output = ByteOutput()
    if json {
      var array = JSONArray(isOnLines: true)
      for finding in findings {
        array.beginElement(&output.bytes)
        output.bytes.appendJSON(FindingFields(finding: finding))
      }
      array.end(&output.bytes)
      output.bytes.append(UInt8(ascii: "\n"))
    } else {
      for finding in findings {
        output.appendLine(finding.description)
      }
    }
    try output.flush()
  }

  private static func sleep(_ seconds: Double) {
    let end = ContinuousClock.now + .seconds(seconds)
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
