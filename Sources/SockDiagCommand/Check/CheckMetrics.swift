internal import HostFindings
internal import SocketMetrics

/// The answer of `check` in the text format of OpenMetrics 1.0.
enum CheckMetrics {
  /// Appends a page. If all namespaces were checked, each sample has the label of its namespace.
  static func append(_ answers: [CheckAnswer], to text: inout [UInt8]) {
    let reports = answers.map { answer in
      FindingReport(
        labels: answer.namespace.map { [MetricLabel("netns", $0.label)] } ?? [], answer.findings, answer.scope,
        interval: answer.interval, isComplete: answer.isComplete)
    }
    text += MetricsFormat.openMetrics.page(MetricFamily.findings(reports))
  }
}
