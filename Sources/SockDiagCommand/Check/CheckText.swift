internal import HostFindings
internal import SockDiag
internal import SockDiagWire

/// The answer of `check` for people.
enum CheckText {
  /// Appends the findings of a namespace and, on a terminal, what was checked.
  static func append(_ answer: CheckAnswer, isTerminal: Bool, to prose: inout Prose) {
    let place = answer.namespace.map(heading)
    if let place, !answer.findings.isEmpty { prose.line(place) }
    append(answer.findings, to: &prose)
    // In a pipe, no news is good news: a timer mails whatever a command prints.
    guard isTerminal else { return }
    if let place, answer.findings.isEmpty { prose.line(place) }
    // "Nothing wrong" would be too much if sockets were not seen.
    if answer.findings.isEmpty, answer.isComplete { append(answer.scope, to: &prose) }
    appendUnchecked(answer.scope, to: &prose)
  }

  /// The namespace, and how its remedies reach it: settings are those of one namespace.
  private static func heading(_ tag: NamespaceTag) -> String {
    if tag.isOwn { return "This network namespace:" }
    let way: String
    if let name = tag.namespace.names.first {
      way = "ip netns exec \(ShellWord.quoted(name))"
    } else if let process = tag.namespace.processes.first {
      way = "nsenter -t \(process) -n"
    } else {
      way = "nsenter --net=\(ShellWord.quoted(tag.namespace.paths.first ?? ""))"
    }
    return "Network namespace \(tag.namespace.label), which commands enter with '\(way)':"
  }

  /// Appends a headline and the advice for each finding.
  static func append(_ findings: [Finding], to prose: inout Prose) {
    for finding in findings {
      prose.line(
        "\(finding.rule.rawValue): \(finding.text)", hanging: 4, paint: finding.severity == .failing ? .bad : .passing)
      prose.line(finding.advice + (finding.remedy == nil ? "" : ":"), indent: 4, hanging: 0)
      finding.remedy.map { prose.command($0, indent: 8) }
    }
  }

  /// Appends that nothing is wrong, and what was checked.
  static func append(_ scope: FindingScope, to prose: inout Prose) {
    prose.line(allIsWell(scope), paint: .good)
  }

  /// Appends the rules that could not be checked, if there are any.
  static func appendUnchecked(_ scope: FindingScope, to prose: inout Prose) {
    let rules = scope.uncheckedRules.map(\.rawValue)
    if rules.isEmpty { return }
    prose.line("Not checked, because the figures are hidden here: \(rules.joined(separator: ", ")).", paint: .faint)
  }

  static func allIsWell(_ scope: FindingScope) -> String {
    let checked = FindingRule.allCases.filter { !scope.uncheckedRules.contains($0) }
    var objects = [(scope.tcpSockets + scope.udpSockets).counted("socket"), scope.listeners.counted("listener")]
    if checked.contains(.acceptQueue) { objects.append("the accept queues") }
    if checked.contains(.portsToDestination) {
      objects.append("the ports to \(scope.destinations.counted("destination"))")
    }
    for (rule, name) in [(FindingRule.timeWaitCount, "TIME_WAIT"), (.closeWait, "CLOSE_WAIT"), (.orphans, "orphans")]
    where checked.contains(rule) { objects.append(name) }
    return "Nothing wrong: \(objects.dropLast().joined(separator: ", ")) and \(objects.last ?? "nothing else")."
  }
}
