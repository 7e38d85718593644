import FoundationEssentials

/// The results at one number of sockets as bars, one panel per workload.
///
/// Each panel has its own linear scale. A bar may be almost invisible; that is the result, and its label gives the
/// figure.
struct Chart {
  private let heading: String
  private let caption: String
  private let panels: [Panel]
  private let layout: Layout

  init(of record: Record, sockets: Int) {
    heading = "Reading sockets on a host that has \(Units.count(sockets))"
    caption = """
      \(record.host.processor), \(record.host.cores) cores, Linux \(record.host.kernel) · \
      median of interleaved rounds · \(record.day)
      """
    let tables = record.tables.filter { $0.sockets == sockets && $0.entries.count > 1 }
    layout = Layout(tables)
    panels = tables.map { [layout] in Panel(table: $0, layout: layout) }
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
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(layout.width) \(height)" \
      width="\(layout.width)" height="\(height)" role="img" aria-label="\(Drawing.escape(heading))">
      \(Drawing.style)
      <rect class="card" x="0.5" y="0.5" width="\(layout.width - 1)" height="\(height - 1)" rx="12"/>
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
    if panels.contains(where: \.cutsBars) {
      drawing.cutBar(x: x, y: 85, width: 24, height: 12, role: .other)
      drawing.text("longer than drawn", x: x + 30, y: 95, style: "caption")
    }
    return drawing.elements.joined(separator: "\n")
  }
}

private struct Layout {
  static let margin = 28
  static let headerHeight = 120
  static let panelGap = 26
  static let titleHeight = 30
  static let rowHeight = 27
  static let barHeight = 17
  static let barWidth = 400

  /// Where bars begin: after the longest label.
  let barX: Int
  let width: Int

  init(_ tables: [Record.Table]) {
    let labels = tables.flatMap(\.entries).map(\.rival.count).max() ?? 0
    let figures = tables.map(\.yardstick.count).max() ?? 0
    barX = Self.margin + Self.width(of: labels) + 12
    // A time and a ratio have up to 16 characters.
    width = barX + Self.barWidth + Self.width(of: figures + 16) + Self.margin
  }

  /// The width of a text. A viewer measures text and this program cannot, so it assumes a wide font.
  private static func width(of characters: Int) -> Int { characters * 15 / 2 }
}

extension Record.Table {
  /// The reference for ratios: the floor by its role, a program by its name.
  fileprivate var yardstick: String {
    guard let first = entries.first else { return "" }
    return first.role == .floor ? "floor" : first.rival
  }
}

/// The bars of one workload.
private struct Panel {
  let table: Record.Table
  let layout: Layout
  /// The time of the longest bar. Without a limit, a rival that needs a hundred times as long would leave the others no
  /// visible length: a bar that is more than ten times as long as our longest is cut.
  private let scale: Double

  init(table: Record.Table, layout: Layout) {
    self.table = table
    self.layout = layout
    let times = table.entries.map(\.medianNanoseconds)
    let ours = table.entries.filter { $0.role == .ours }.map(\.medianNanoseconds).max()
    let limit = ours.map { $0 * 10 } ?? .infinity
    scale = max(times.filter { $0 <= limit }.max() ?? 1, 1)
  }

  var roles: [Role] { table.entries.map(\.role) }

  var cutsBars: Bool { table.entries.contains { $0.medianNanoseconds > scale } }

  var height: Int {
    Layout.titleHeight + table.entries.count * Layout.rowHeight + Layout.panelGap
  }

  func draw(in drawing: inout Drawing, at top: Int) {
    let rows = Layout.titleHeight + table.entries.count * Layout.rowHeight
    drawing.line(from: Layout.margin, to: layout.width - Layout.margin, y: top - 4)
    drawing.text(table.title, x: Layout.margin, y: top + 19, style: "title")
    drawing.text(
      "\(Units.count(table.entries.first?.count ?? 0)) found",
      x: layout.width - Layout.margin,
      y: top + 19,
      style: "caption end"
    )
    drawing.axis(x: layout.barX, from: top + Layout.titleHeight, to: top + rows)
    for (row, entry) in table.entries.enumerated() {
      draw(entry, isReference: row == 0, in: &drawing, at: top + Layout.titleHeight + row * Layout.rowHeight)
    }
  }

  private func draw(_ entry: Record.Entry, isReference: Bool, in drawing: inout Drawing, at y: Int) {
    let baseline = y + 18
    let share = min(1, entry.medianNanoseconds / scale)
    let width = max(2, Int((share * Double(Layout.barWidth)).rounded()))
    let barY = y + (Layout.rowHeight - Layout.barHeight) / 2
    let label = entry.role == .ours ? "label end ours" : "label end"
    drawing.text(entry.rival, x: layout.barX - 12, y: baseline, style: label)
    if entry.medianNanoseconds > scale {
      drawing.cutBar(x: layout.barX, y: barY, width: width, height: Layout.barHeight, role: entry.role)
    } else {
      drawing.bar(x: layout.barX, y: barY, width: width, height: Layout.barHeight, role: entry.role)
    }
    drawing.figures(
      Units.time(entry.medianNanoseconds),
      isReference ? "" : "\(Units.ratio(entry.ratio)) \(table.yardstick)",
      x: layout.barX + width + 10,
      y: baseline
    )
  }
}
