import FoundationEssentials

/// The results of a run as a page: a table for each workload, with a column for each number of sockets.
struct Page {
  let record: Record
  /// Charts by their numbers of sockets, as paths relative to the page.
  let charts: [(sockets: Int, path: String)]

  func write(to path: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path))
  }

  var text: String {
    let tables = record.tables
    var parts = [introduction]
    parts += charts.map { "![Times with \(Units.count($0.sockets)) sockets](\($0.path))" }
    parts += targets(in: tables)
    parts += tables.map(\.workload).withoutRepeats.map { key in section(of: tables.filter { $0.workload == key }) }
    parts += furtherParts
    parts += [losses(in: tables), advice]
    return parts.joined(separator: "\n\n") + "\n"
  }

  private var introduction: String {
    """
    # Measurements

    Measured on \(record.day): \(record.host.processor), \(record.host.cores) cores, Linux \(record.host.kernel), \
    \(record.host.architecture). This page is written by `Benchmarks/measure`; [README.md](README.md) says what is \
    measured and how.

    A time is the median of \(record.rounds) rounds in which all rivals took turns, a third of them at a million \
    sockets; slow rivals take part in fewer. The number after it is the ratio to the first row, within the same rounds. \
    Compare ratios: times hold for this machine only. The **floor** is the kernel's own work: the same request from \
    bare C, whose answer is received and not decoded. The command is linked as in its Debian package, with the Swift \
    runtime inside.
    """
  }

  private func targets(in tables: [Record.Table]) -> [String] {
    let rows = Target.all.flatMap { $0.rows(in: tables) }
    guard !rows.isEmpty else { return [] }
    let lines =
      ["| work | way | sockets | target | measured | reached |", "|---|---|---:|---|---:|---|"]
      + rows.map { "| " + $0.map(Self.escaped).joined(separator: " | ") + " |" }
    return ["## What this project demands of itself\n\n" + lines.joined(separator: "\n")]
  }

  /// A table of one workload. Sizes for which it was not measured have no column.
  private func section(of tables: [Record.Table]) -> String {
    guard let first = tables.first else { return "" }
    let columns = tables.sorted { $0.sockets < $1.sockets }
    func row(_ name: String, _ cells: [String]) -> String { "| " + ([name] + cells).joined(separator: " | ") + " |" }
    var lines = ["## \(first.title)", ""]
    lines.append(row("`\(first.workload)`, on a host with", columns.map { "\(Units.count($0.sockets)) sockets" }))
    lines.append("|---|" + columns.map { _ in "---:|" }.joined())
    lines.append(row("each found", columns.map { Units.count($0.entries.first?.count ?? 0) }))
    for rival in columns.flatMap(\.entries).map(\.rival).withoutRepeats {
      let cells = columns.map { column -> String in
        guard let index = column.entries.firstIndex(where: { $0.rival == rival }) else { return "–" }
        let entry = column.entries[index]
        let time = Units.time(entry.medianNanoseconds)
        return index == 0 ? time : "\(time) · \(Units.ratio(entry.ratio))"
      }
      lines.append(row(Self.escaped(rival), cells))
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

  /// A line for each rival that was faster than every way of this project, with the sizes at which it was. The floor is
  /// left out.
  private func losses(in tables: [Record.Table]) -> String {
    var losses: [(what: String, figures: [String])] = []
    for table in tables {
      let ours = table.entries.filter { $0.role == .ours }.map(\.medianNanoseconds).min()
      guard let ours else { continue }
      for other in table.entries where other.role == .other && other.medianNanoseconds < ours {
        let what = "**\(Self.escaped(other.rival))** (\(table.title))"
        let figures = """
          \(Units.time(other.medianNanoseconds)) against \(Units.time(ours)) with \(Units.count(table.sockets)) sockets
          """
        if let index = losses.firstIndex(where: { $0.what == what }) {
          losses[index].figures.append(figures)
        } else {
          losses.append((what, [figures]))
        }
      }
    }
    let lines = losses.map { "- \($0.what): \($0.figures.joined(separator: ", "))" }
    return "## Where another way was faster\n\n" + (lines.isEmpty ? "Nowhere." : lines.joined(separator: "\n"))
  }

  private let advice = """
    ## When to use ss

    - For one look at a terminal: it is installed, and fast enough.
    - On a host where nothing may be installed.
    - For what is not about sockets: `ip`, `tc` and `ss` share a package, an author and a manner.
    """

  private static func escaped(_ text: String) -> String {
    text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
  }
}

extension [String] {
  /// Each once, in the order of its first place.
  fileprivate var withoutRepeats: [String] {
    reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}
