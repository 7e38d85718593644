internal import ArgumentParser
internal import Glibc
internal import HostFindings
internal import SockDiag
internal import SockDiagWire

/// `sockdiag check`: what is wrong on this host, or soon will be.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Looks for what fails on this host, or soon will: ports, queues, leaks.",
    discussion: """
      Looks twice and shows a line for each finding: the rule, the figures, and what helps. It is silent, and its exit \
      status 0, when all is well; with findings that is 1. It looks at the network namespace in which it runs, and as root \
      it knows the processes of others too.

      RULES
      \(rules)
      """)

  @Option(
    help: ArgumentHelp("Seconds between the two looks, 0.1 to 3600: counters count if they rise.", valueName: "seconds")
  )
  var interval: Double = 1

  @Option(
    help: ArgumentHelp("Seconds in CLOSE_WAIT from which on a socket counts as leaked.", valueName: "seconds"))
  var closeWaitAge: UInt32 = UInt32(FindingLimits().closeWaitAge.components.seconds)

  @Flag(help: "One JSON array, empty when all is well.")
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
    // Exit status 1 says that something was found, even if more could be.
    if !findings.isEmpty { remarks.add(status: .negative) }
    remarks.note(.tcp, facts.completeness, facts.substitution)
    remarks.note(.udp, facts.udpCompleteness, facts.udpSubstitution)
    try remarks.end()
  }

  /// Adds who holds the sockets that the rules ask about.
  private static func addHolders(
    to facts: inout HostFacts, _ limits: FindingLimits, _ observer: inout HostObserver
  ) throws {
    let sockets = facts.socketsToAttribute(limits)
    guard !sockets.isEmpty else { return }
    let book = try HolderBook(sockets)
    for socket in sockets { facts.holders[socket.inode] = book.processes(of: socket) }
    let missing = sockets.filter { facts.holders[$0.inode]?.isEmpty != false }
    // A listener that was closed meanwhile has no holder either. One that is still there has had none.
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
        output.bytes.appendVisible(finding.description.utf8)
        output.bytes.append(UInt8(ascii: "\n"))
      }
    }
    try output.flush()
  }

  private static func sleep(_ seconds: Double) {
    let end = ContinuousClock.now + .seconds(seconds)
    var left = end - .now
    while left > .zero {
      // Rounded up, so that the last wait is not followed by a row of empty ones.
      _ = poll(nil, 0, Int32(clamping: Int64(left / .milliseconds(1)) + 1))
      left = end - .now
    }
  }

  private static var rules: String {
    FindingRule.allCases.map { "  \($0.rawValue): \($0.explanation())." }.joined(separator: "\n")
  }
}
