public import HostFindings
internal import SockDiag
internal import SockDiagWire

/// What the rules found in one network namespace, for ``MetricFamily/findings(_:)``.
public struct FindingReport: Sendable {
  /// Labels of all samples, such as the network namespace.
  public var labels: [MetricLabel]
  /// The findings.
  public var findings: [Finding]
  /// What was checked.
  public var scope: FindingScope
  /// The time between the two looks.
  public var interval: Duration
  /// Whether all sockets were seen.
  public var isComplete: Bool

  /// Creates a report.
  public init(
    labels: [MetricLabel] = [], _ findings: [Finding], _ scope: FindingScope, interval: Duration, isComplete: Bool
  ) {
    self.labels = labels
    (self.findings, self.scope, self.interval, self.isComplete) = (findings, scope, interval, isComplete)
  }

  /// Creates a report of some facts.
  public init(_ facts: HostFacts, _ limits: FindingLimits = FindingLimits()) {
    self.init(
      facts.findings(limits), facts.scope, interval: facts.interval,
      isComplete: facts.defects.union(facts.udpDefects).isComplete)
  }
}

extension MetricFamily {
  /// The findings of some network namespaces. A rule that could not be checked has no sample: absent is not zero.
  public static func findings(_ reports: [FindingReport]) -> [MetricFamily] { FindingFamilies.families(reports) }
}

enum FindingFamilies {
  /// - Parameter limit: The largest number of findings of a report whose figures are shown, the most severe first; `nil`
  ///   for all. Figures of several findings have no sum, so there is none of the others. All findings are counted.
  static func families(_ reports: [FindingReport], limit shown: Int? = nil) -> [MetricFamily] {
    var findings = MetricFamily(
      "sockdiag_findings", "Findings of each rule. A rule that could not be checked has no sample.")
    var figure = MetricFamily("sockdiag_finding_figure", "The figure of a finding, in the unit that the label names.")
    var limit = MetricFamily("sockdiag_finding_limit", "The limit of the figure of a finding.")
    var sockets = MetricFamily("sockdiag_checked_sockets", unit: "sockets", "Sockets that were checked.")
    var listeners = MetricFamily(
      "sockdiag_checked_listeners", unit: "listeners", "TCP listeners that were checked.")
    var destinations = MetricFamily(
      "sockdiag_checked_destinations", unit: "destinations", "Destinations of connections whose ports were counted.")
    var interval = MetricFamily(
      "sockdiag_check_interval_seconds", unit: "seconds", "The time between the two looks.")
    var complete = MetricFamily("sockdiag_check_complete", "1 if the lists of sockets were complete, otherwise 0.")
    for report in reports {
      for rule in FindingRule.allCases where !report.scope.uncheckedRules.contains(rule) {
        findings.add(
          report.labels + [MetricLabel("rule", rule.rawValue)], .count(report.findings.count { $0.rule == rule }))
      }
      for finding in report.findings.prefix(shown ?? .max) {
        figure.add(report.labels + labels(finding), .integer(finding.figure))
        if let value = finding.limit { limit.add(report.labels + labels(finding), .integer(value)) }
      }
      sockets.add(report.labels + [MetricLabel("protocol", "tcp")], .count(report.scope.tcpSockets))
      sockets.add(report.labels + [MetricLabel("protocol", "udp")], .count(report.scope.udpSockets))
      listeners.add(report.labels, .count(report.scope.listeners))
      destinations.add(report.labels, .count(report.scope.destinations))
      interval.add(report.labels, .seconds(report.interval))
      complete.add(report.labels, .integer(report.isComplete ? 1 : 0))
    }
    return [findings, figure, limit, sockets, listeners, destinations, interval, complete]
  }

  private static func labels(_ finding: Finding) -> [MetricLabel] {
    let subject = finding.subject
    var labels = [
      MetricLabel("rule", finding.rule.rawValue), MetricLabel("severity", finding.severity.rawValue),
      MetricLabel("unit", finding.unit), MetricLabel("protocol", "\(subject.protocol)"),
    ]
    if let source = subject.source { labels.append(MetricLabel("source_address", "\(source)")) }
    if let local = subject.local { labels.append(MetricLabel("local", "\(local)")) }
    if let remote = subject.remote { labels.append(MetricLabel("remote", "\(remote)")) }
    if let process = subject.process {
      labels += [MetricLabel("command", process.command), MetricLabel("pid", "\(process.processID)")]
    }
    return labels
  }
}
