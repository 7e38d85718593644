import SocketMetrics

/// Families as the lines of a page, to be read in tests.
struct Page {
  let lines: [String]

  init(_ families: [MetricFamily], _ format: MetricsFormat = .openMetrics) {
    lines = String(decoding: format.page(families), as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// The value of a series, as it is written; `nil` if there is no such series.
  subscript(series: String) -> String? {
    lines.first { $0.hasPrefix("\(series) ") }.map { String($0.dropFirst(series.count + 1)) }
  }

  /// All series of a name, without labels that are not asked for.
  func series(_ name: String) -> [String] {
    lines.filter { $0.hasPrefix(name) && "{ ".contains($0.dropFirst(name.count).first ?? "-") }
  }
}
