internal import HostFindings
internal import SockDiagWire

/// The answer of `check` for people.
enum CheckText {
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
