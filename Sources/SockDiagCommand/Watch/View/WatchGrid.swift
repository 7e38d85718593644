/// Rows of cells under titles, fitted to the width of a screen.
struct WatchGrid {
  struct Cell {
    var text: [UInt8]
    var paint = Paint.none

    init(_ text: [UInt8], _ paint: Paint = .none) { (self.text, self.paint) = (text, paint) }
    init(_ text: String, _ paint: Paint = .none) { self.init(Array(text.utf8), paint) }
  }

  struct Column {
    var shape: TablePage.Column
    /// Whether rows are sorted by it.
    var isSorted = false
    /// Whether it takes what the others leave.
    var isHistory = false
    /// Whether it grows back if there is room after others were left out.
    var regains = false
  }

  struct Row {
    var cells: [Cell]
    var isChosen = false
    /// The paint of the whole row; `nil` for that of the cells.
    var paint: Paint?
  }

  let columns: [Column]
  var rows: [Row] = []

  init(_ columns: [Column]) { self.columns = columns }

  /// Draws the titles and the rows below them.
  ///
  /// - Parameter widths: The widest cells so far, by which the columns are laid out.
  func draw(_ widths: inout WatchWidths, into frame: inout ScreenFrame, from top: Int) {
    let layout = layout(&widths, frame.columns)
    draw(columns.map { Cell($0.shape.title, .strong) }, layout, into: &frame, at: top, isTitle: true)
    for (index, row) in rows.enumerated() {
      draw(row.cells, layout, into: &frame, at: top + 1 + index, paint: row.paint)
      if row.isChosen { frame.invert(row: top + 1 + index) }
    }
  }

  private func layout(_ widths: inout WatchWidths, _ limit: Int) -> TableLayout {
    var natural: [Int] = []
    for (index, column) in columns.enumerated() {
      let usual = max(column.shape.minimumWidth, column.shape.title.utf8.count)
      let widest = rows.map { DisplayWidth.of($0.cells[index].text) }.max() ?? 0
      natural.append(column.isHistory ? usual : widths.widen(column.shape.title, to: max(widest, usual)))
    }
    var layout = TableLayout(natural)
    layout.gap = 1
    layout.fit(columns.map(\.shape), into: limit, isSilent: columns.map { _ in false })
    for (index, column) in columns.enumerated() where column.regains && layout.isShown[index] {
      let spare = max(limit - layout.total, 0)
      layout.widths[index] = min(natural[index], layout.widths[index] + spare)
    }
    for (index, column) in columns.enumerated() where column.isHistory && layout.isShown[index] {
      let spare = max(limit - layout.total, 0)
      layout.widths[index] = min(RateHistory.capacity, layout.widths[index] + spare)
    }
    return layout
  }

  private func draw(
    _ cells: [Cell], _ layout: TableLayout, into frame: inout ScreenFrame, at line: Int, paint: Paint? = nil,
    isTitle: Bool = false
  ) {
    var start = 0
    for (index, column) in columns.enumerated() where layout.isShown[index] {
      let width = layout.widths[index]
      var text: [UInt8] = []
      if column.isHistory, !isTitle {
        // The newest values are those on the right.
        text = Array(String(String(decoding: cells[index].text, as: UTF8.self).suffix(width)).utf8)
      } else {
        ShortenedCell.append(cells[index].text[...], width: width, column.shape.yielding, to: &text)
      }
      let indent = column.shape.alignsRight ? max(width - DisplayWidth.of(text), 0) : 0
      frame.put(
        text, row: line, column: start + indent, limit: start + width, paint ?? cells[index].paint,
        isInverse: isTitle && column.isSorted)
      start += width + layout.gap
    }
  }
}

/// The widest cells that columns have had, by their titles.
struct WatchWidths: Hashable {
  private var widths: [String: Int] = [:]

  /// The width of a column that now has a cell this wide.
  mutating func widen(_ title: String, to width: Int) -> Int {
    let widest = max(widths[title] ?? 0, width)
    widths[title] = widest
    return widest
  }
}
