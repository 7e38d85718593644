/// A text format of metrics.
public enum MetricsFormat: String, Hashable, Sendable, CaseIterable, Codable {
  /// OpenMetrics 1.0.
  case openMetrics = "openmetrics"
  /// The text format 0.0.4 of Prometheus, which every collector reads, and the only one of the textfile collector.
  case prometheus

  /// The media type, for HTTP.
  public var contentType: String {
    switch self {
    case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
    case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
    }
  }

  /// Writes a page of metrics. Families without samples are left out: absent is not zero.
  public func page(_ families: [MetricFamily]) -> [UInt8] {
    var page = MetricsPage(self)
    for family in families where !family.samples.isEmpty { page.append(family) }
    page.end()
    return page.text
  }
}

/// A page of metrics that is being written. Both formats give each series the same name, so queries and rules do not
/// depend on the format that was negotiated.
private struct MetricsPage {
  let format: MetricsFormat
  var text: [UInt8] = []

  init(_ format: MetricsFormat) { self.format = format }

  mutating func append(_ family: MetricFamily) {
    switch (family.kind, format) {
    case (.gauge, _):
      appendHead(family, family.name, "gauge")
      for sample in family.samples { append(family.name, sample) }
    case (.counter, _):
      // The older format names the sample, OpenMetrics the family.
      appendHead(family, family.name + (format == .openMetrics ? "" : "_total"), "counter")
      for sample in family.samples { append("\(family.name)_total", sample) }
    case (.info, _):
      appendHead(
        family, family.name + (format == .openMetrics ? "" : "_info"), format == .openMetrics ? "info" : "gauge")
      for sample in family.samples { append("\(family.name)_info", sample) }
    case (.gaugeHistogram, .openMetrics):
      appendHead(family, family.name, "gaugehistogram")
      for sample in family.samples {
        for part in Self.parts { append(family.name, sample, part) }
      }
    case (.gaugeHistogram, .prometheus):
      // The older format has no type for it. As a histogram, `rate` and the like would take each fall for a restart, so
      // its series are declared without a type.
      for part in Self.parts {
        appendHead(family, family.name + part.rawValue, "untyped")
        for sample in family.samples { append(family.name, sample, part) }
      }
    }
  }

  mutating func end() {
    if format == .openMetrics { text += "# EOF\n".utf8 }
  }

  /// A series of a distribution, by the suffix of its name.
  private enum Part: String { case bucket = "_bucket", count = "_gcount", sum = "_gsum" }

  private static let parts = [Part.bucket, .count, .sum]

  private mutating func append(_ name: String, _ sample: MetricSample, _ part: Part) {
    guard case .distribution(let distribution) = sample.value else { return }
    switch part {
    case .bucket:
      var count: UInt64 = 0
      for (index, number) in distribution.counts.enumerated() {
        count &+= number
        let bound = index < distribution.bounds.count ? Self.text(distribution.bounds[index]) : "+Inf"
        appendLine(name + part.rawValue, sample.labels + [MetricLabel("le", bound)], "\(count)")
      }
    case .count: appendLine(name + part.rawValue, sample.labels, "\(distribution.count)")
    case .sum: appendLine(name + part.rawValue, sample.labels, Self.text(distribution.sum))
    }
  }

  private mutating func append(_ name: String, _ sample: MetricSample) {
    switch sample.value {
    case .integer(let number): appendLine(name, sample.labels, "\(number)")
    case .real(let number): appendLine(name, sample.labels, Self.text(number))
    case .distribution: break
    }
  }

  private mutating func appendHead(_ family: MetricFamily, _ name: String, _ type: String) {
    text += "# HELP \(name) ".utf8
    // In the older format a quotation mark in a help text stands for itself, and a backslash before it as well.
    appendEscaped(family.help, quotes: format == .openMetrics)
    text += "\n# TYPE \(name) \(type)\n".utf8
    if format == .openMetrics, let unit = family.unit { text += "# UNIT \(name) \(unit)\n".utf8 }
  }

  private mutating func appendLine(_ name: String, _ labels: [MetricLabel], _ value: String) {
    text += name.utf8
    for (index, label) in labels.enumerated() {
      text.append(UInt8(ascii: index == 0 ? "{" : ","))
      text += label.name.utf8
      text += "=\"".utf8
      appendEscaped(label.value, quotes: true)
      text.append(UInt8(ascii: "\""))
    }
    if !labels.isEmpty { text.append(UInt8(ascii: "}")) }
    text.append(UInt8(ascii: " "))
    text += value.utf8
    text.append(UInt8(ascii: "\n"))
  }

  private mutating func appendEscaped(_ value: String, quotes: Bool) {
    for byte in value.utf8 {
      switch byte {
      case UInt8(ascii: "\\"): text += "\\\\".utf8
      case UInt8(ascii: "\"") where quotes: text += "\\\"".utf8
      case UInt8(ascii: "\n"): text += "\\n".utf8
      default: text.append(byte)
      }
    }
  }

  private static func text(_ number: Double) -> String {
    if number.isInfinite { return number < 0 ? "-Inf" : "+Inf" }
    return number.isNaN ? "NaN" : "\(number)"
  }
}
