import FoundationEssentials

/// The largest size of a run as bars, one panel per workload.
///
/// Each panel has its own linear scale. A bar may be almost invisible; that is the result, and its label gives the
/// figure.
struct Chart {
  private let heading: String
  private let caption: String
  private let panels: [Panel]

  init(record: Record, outcomes: [Outcome]) {
    let largest = outcomes.map(\.sockets).max() ?? 0
    heading = "Reading sockets on a host that has \(Units.count(largest))"
    let day = record.date.formatted(.iso8601.year().month().day())
    caption = """
      \(record.host.processor), \(record.host.cores) cores, Linux \(record.host.kernel) · \
      median of \(record.rounds) interleaved rounds · \(day)
      """
    panels = outcomes.filter { $0.sockets == largest && $0.measurements.count > 1 }.map(Panel.init)
  }

  func write(to path: String) throws {
    try Data(svg.utf8).write(to: URL(filePath: path))
  }

  var svg: String {
    var drawing = Drawing()
    var y = Layout.headerHeight
    for panel in panels {
      panel.draw(in: &drawing, at: y)
      y += panel.height
    }
    let height = y + Layout.margin - Layout.panelGap / 2
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Layout.width) \(height)" \
      width="\(Layout.width)" height="\(height)" role="img" aria-label="\(Drawing.escape(heading))">
      \(Drawing.style)
      <rect class="card" x="0.5" y="0.5" width="\(Layout.width - 1)" height="\(height - 1)" rx="12"/>
      \(header)
      \(drawing.elements.joined(separator: "\n"))
      </svg>

      """
  }

  private var header: String {
    var drawing = Drawing()
    drawing.text(heading, x: Layout.margin, y: 44, style: "heading")
    drawing.text(caption, x: Layout.margin, y: 67, style: "caption")
    let legend: [(role: Role, word: String)] = [
      (.ours, "sockdiag"),
      (.floor, "floor: the kernel alone"),
      (.other, "other ways"),
    ]
    let shown = Set(panels.flatMap { $0.roles })
    var x = Layout.margin
    for entry in legend where shown.contains(entry.role) {
      drawing.bar(x: x, y: 85, width: 12, height: 12, role: entry.role)
      drawing.text(entry.word, x: x + 18, y: 95, style: "caption")
      x += 42 + entry.word.count * 6
    }
    return drawing.elements.joined(separator: "\n")
  }
}

private enum Layout {
  static let width = 880
  static let margin = 28
  static let headerHeight = 120
  static let panelGap = 26
  static let titleHeight = 30
  static let rowHeight = 27
  static let barHeight = 17
  static let barX = 270
  /// Leaves room for the longest label after the longest bar.
  static let barWidth = 400
}

/// The bars of one workload.
private struct Panel {
  let outcome: Outcome

  var roles: [Role] { outcome.measurements.map(\.role) }

  var height: Int {
    Layout.titleHeight + outcome.measurements.count * Layout.rowHeight + Layout.panelGap
  }

  /// The reference for ratios: the floor by its role, a program by its name.
  private var yardstick: String {
    guard let first = outcome.measurements.first else { return "" }
    return first.role == .floor ? "floor" : first.rival
  }

  func draw(in drawing: inout Drawing, at top: Int) {
    let measurements = outcome.measurements
    let longest = measurements.map(\.times.median).max() ?? 1
    let rows = Layout.titleHeight + measurements.count * Layout.rowHeight

    drawing.line(from: Layout.margin, to: Layout.width - Layout.margin, y: top - 4)
    drawing.text(outcome.workload.title, x: Layout.margin, y: top + 19, style: "title")
    drawing.text(
      "\(Units.count(outcome.workload.expected)) found",
      x: Layout.width - Layout.margin,
      y: top + 19,
      style: "caption end"
    )
    drawing.axis(x: Layout.barX, from: top + Layout.titleHeight, to: top + rows)

    for (row, measurement) in measurements.enumerated() {
      let y = top + Layout.titleHeight + row * Layout.rowHeight
      let baseline = y + 18
      let width = max(2, Int((measurement.times.median / longest * Double(Layout.barWidth)).rounded()))
      let label = measurement.role == .ours ? "label end ours" : "label end"
      drawing.text(measurement.rival, x: Layout.barX - 12, y: baseline, style: label)
      drawing.bar(
        x: Layout.barX,
        y: y + (Layout.rowHeight - Layout.barHeight) / 2,
        width: width,
        height: Layout.barHeight,
        role: measurement.role
      )
      drawing.figures(
        Units.time(measurement.times.median),
        row == 0 ? "" : "\(Units.ratio(measurement.ratio)) \(yardstick)",
        x: Layout.barX + width + 10,
        y: baseline
      )
    }
  }
}
