import FoundationEssentials

/// The results of a run as a page: a table for each workload, with a column for each number of sockets.
struct Page {
  let record: Record
  let outcomes: [Outcome]
  /// Charts by their numbers of sockets, as paths relative to the page.
  let charts: [(sockets: Int, path: String)]

  func write(to path: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path))
  }

  private var sizes: [Int] { Set(outcomes.map(\.sockets)).sorted() }

  private var keys: [String] {
    outcomes.map(\.workload.key).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  var text: String {
    let day = record.date.formatted(.iso8601.year().month().day())
    var parts = [
      """
      # Measurements

      Measured on \(day): \(record.host.processor), \(record.host.cores) cores, Linux \(record.host.kernel), \
      \(record.host.architecture). This page is written by `Benchmarks/measure`; [README.md](README.md) says what is \
      measured and how.

      A time is the median of \(record.rounds) rounds in which all rivals took turns, a third of them at a million \
      sockets; slow rivals take part in fewer. The number after it is the ratio to the first row, within the same rounds. \
      Compare ratios: times hold for this machine only. The **floor** is the kernel's own work: the same request from \
      bare C, whose answer is received and not decoded.
      """
    ]
    parts += charts.map { "![Times with \(Units.count($0.sockets)) sockets](\($0.path))" }
    parts += keys.map(section)
    parts.append(contentsOf: furtherParts)
    parts.append(losses)
    return parts.joined(separator: "\n\n") + "\n"
  }

  /// A table of one workload.
  private func section(_ key: String) -> String {
    let mine = outcomes.filter { $0.workload.key == key }
    let columns = sizes.map { size in mine.first { $0.sockets == size } }
    var lines = ["## \(mine.first?.workload.title ?? key)", ""]
    lines.append("| `\(key)`, on a host with | " + sizes.map { "\(Units.count($0)) sockets |" }.joined(separator: " "))
    lines.append("|---|" + sizes.map { _ in "---:|" }.joined())
    let found = columns.map { $0.map { Units.count($0.workload.expected) } ?? "–" }
    lines.append("| each found | " + found.map { "\($0) |" }.joined(separator: " "))
    let rivals = mine.flatMap(\.measurements).map(\.rival).reduce(into: [String]()) {
      if !$0.contains($1) { $0.append($1) }
    }
    for rival in rivals {
      let cells = columns.map { column -> String in
        guard let measurement = column?.measurements.first(where: { $0.rival == rival }) else { return "–" }
        let time = Units.time(measurement.times.median)
        let isReference = column?.measurements.first?.rival == rival
        return isReference ? time : "\(time) · \(Units.ratio(measurement.ratio))"
      }
      lines.append("| \(Self.escaped(rival)) | " + cells.map { "\($0) |" }.joined(separator: " "))
    }
    return lines.joined(separator: "\n")
  }

  /// What is not a time of one look.
  private var furtherParts: [String] {
    var parts: [String] = []
    if !record.polling.isEmpty {
      parts.append("## Ten looks a second while connections come and go\n")
      parts[parts.count - 1] += record.polling.map { "\n```\n\($0.text)```" }.joined(separator: "\n")
    }
    if !record.health.isEmpty {
      parts.append("## How long another task waits meanwhile\n\n```\n\(record.health.text)```")
    }
    if !record.steady.isEmpty { parts.append("## Memory over many polls\n\n```\n\(record.steady.text)```") }
    return parts
  }

  /// The rivals that were faster than the fastest way of this library, without the floor.
  private var losses: String {
    var lines: [String] = []
    for outcome in outcomes {
      let ours = outcome.measurements.filter { $0.role == .ours }.map(\.times.median).min()
      guard let ours else { continue }
      for other in outcome.measurements where other.role == .other && other.times.median < ours {
        lines.append(
          "- \(outcome.workload.title), \(Units.count(outcome.sockets)) sockets: \(Self.escaped(other.rival)) takes"
            + " \(Units.time(other.times.median)), this project \(Units.time(ours))")
      }
    }
    return """
      ## Where another way was faster

      \(lines.isEmpty ? "Nowhere in this run." : lines.joined(separator: "\n"))

      ## When to use ss

      - For one look at a terminal: it is installed, and fast enough.
      - On a host where nothing may be installed.
      - For what is not about sockets: `ip`, `tc` and `ss` share a package, an author and a manner.
      """
  }

  private static func escaped(_ text: String) -> String {
    text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
  }
}
