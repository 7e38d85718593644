internal import HostFindings
internal import SockDiagWire

/// The answer of `check` in the text format of OpenMetrics 1.0.
///
/// A rule that could not be checked has no sample: absent is not zero.
enum CheckMetrics {
  /// Appends a page. If all namespaces were checked, each sample has the label of its namespace.
  static func append(_ answers: [CheckAnswer], to text: inout [UInt8]) {
    var page = MetricsPage()
    page.family("sockdiag_findings", "Findings of each rule. A rule that could not be checked has no sample.")
    for answer in answers {
      for rule in FindingRule.allCases where !answer.scope.uncheckedRules.contains(rule) {
        let count = answer.findings.count { $0.rule == rule }
        page.sample(answer.labels + [("rule", rule.rawValue)], "\(count)")
      }
    }
    page.family("sockdiag_finding_figure", "The figure of a finding, in the unit that the label names.")
    for answer in answers {
      for finding in answer.findings { page.sample(answer.labels + labels(finding), "\(finding.figure)") }
    }
    page.family("sockdiag_finding_limit", "The limit of the figure of a finding.")
    for answer in answers {
      for finding in answer.findings {
        finding.limit.map { page.sample(answer.labels + labels(finding), "\($0)") }
      }
    }
    page.family("sockdiag_checked_sockets", unit: "sockets", "Sockets that were checked.")
    for answer in answers {
      page.sample(answer.labels + [("protocol", "tcp")], "\(answer.scope.tcpSockets)")
      page.sample(answer.labels + [("protocol", "udp")], "\(answer.scope.udpSockets)")
    }
    page.family("sockdiag_checked_listeners", unit: "listeners", "TCP listeners that were checked.")
    for answer in answers { page.sample(answer.labels, "\(answer.scope.listeners)") }
    page.family(
      "sockdiag_checked_destinations", unit: "destinations", "Destinations of connections whose ports were counted.")
    for answer in answers { page.sample(answer.labels, "\(answer.scope.destinations)") }
    page.family("sockdiag_check_interval_seconds", unit: "seconds", "The time between the two looks.")
    for answer in answers { page.sample(answer.labels, "\(answer.interval / .seconds(1))") }
    page.family("sockdiag_check_complete", "1 if the lists of sockets were complete, otherwise 0.")
    for answer in answers { page.sample(answer.labels, answer.isComplete ? "1" : "0") }
    text += page.end()
  }

  private static func labels(_ finding: Finding) -> [(String, String)] {
    let subject = finding.subject
    var labels = [
      ("rule", finding.rule.rawValue), ("severity", finding.severity.rawValue), ("unit", finding.unit),
      ("protocol", "\(subject.protocol)"),
    ]
    subject.source.map { labels.append(("source_address", "\($0)")) }
    subject.local.map { labels.append(("local", "\($0)")) }
    subject.remote.map { labels.append(("remote", "\($0)")) }
    subject.process.map { labels += [("command", $0.command), ("pid", "\($0.processID)")] }
    return labels
  }
}

extension CheckAnswer {
  /// The label of the namespace, if all of the host were checked.
  fileprivate var labels: [(String, String)] { namespace.map { [("netns", $0.label)] } ?? [] }
}

/// A page of metric families, all of them gauges.
struct MetricsPage {
  private var text = ""
  private var name = ""
  /// The samples of the current family by their labels: the format forbids two with the same labels.
  private var written: Set<String> = []

  /// Starts a family.
  ///
  /// - Parameters:
  ///   - unit: The unit, which the name ends with.
  ///   - help: One sentence.
  mutating func family(_ name: String, unit: String? = nil, _ help: String) {
    self.name = name
    written = []
    text += "# TYPE \(name) gauge\n"
    if let unit { text += "# UNIT \(name) \(unit)\n" }
    text += "# HELP \(name) \(Self.escaped(help))\n"
  }

  /// Adds a sample to the current metric family. If a sample with the same labels exists, a number is added as a label.
  mutating func sample(_ labels: [(String, String)], _ value: String) {
    var shown = Self.shown(labels)
    var number = 2
    while !written.insert(shown).inserted {
      shown = Self.shown(labels + [("number", "\(number)")])
      number += 1
    }
    text += "\(name)\(shown) \(value)\n"
  }

  /// The bytes of the page, with its end mark.
  func end() -> [UInt8] { Array((text + "# EOF\n").utf8) }

  private static func shown(_ labels: [(String, String)]) -> String {
    labels.isEmpty ? "" : "{\(labels.map { "\($0)=\"\(escaped($1))\"" }.joined(separator: ","))}"
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
