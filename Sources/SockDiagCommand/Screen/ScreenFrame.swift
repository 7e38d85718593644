/// What a screen shows at one moment: lines of cells.
struct ScreenFrame {
  let columns: Int
  let rows: Int
  private(set) var cells: [ScreenCell]

  init(columns: Int, rows: Int) {
    self.columns = max(columns, 1)
    self.rows = max(rows, 1)
    cells = [ScreenCell](repeating: .blank, count: self.columns * self.rows)
  }

  /// The cells of a line.
  func line(_ row: Int) -> ArraySlice<ScreenCell> { cells[row * columns..<(row + 1) * columns] }

  /// Writes text into a line, as far as it fits. Control characters become visible.
  ///
  /// - Parameters:
  ///   - column: Where it begins.
  ///   - limit: The column before which it ends; `nil` for the edge.
  /// - Returns: The column behind the text.
  @discardableResult
  mutating func put(
    _ text: some Sequence<UInt8>, row: Int, column: Int, limit: Int? = nil, _ paint: Paint = .none,
    isInverse: Bool = false
  ) -> Int {
    let limit = min(limit ?? columns, columns)
    guard row >= 0, row < rows, column >= 0 else { return column }
    var visible: [UInt8] = []
    visible.appendVisible(text)
    var column = column
    for scalar in String(decoding: visible, as: UTF8.self).unicodeScalars {
      let width = DisplayWidth.of(scalar)
      if width == 0 {
        if column > 0 { mark(scalar, row, column - 1) }
        continue
      }
      if column + width > limit { break }
      // Of a wide character that is overwritten, no half stays.
      removeHalf(row, column)
      if column + width < columns { removeHalf(row, column + width) }
      cells[row * columns + column] = ScreenCell(scalar, paint, isInverse: isInverse)
      if width == 2 { cells[row * columns + column + 1] = .continuation(paint, isInverse: isInverse) }
      column += width
    }
    return column
  }

  @discardableResult
  mutating func put(
    _ text: String, row: Int, column: Int, limit: Int? = nil, _ paint: Paint = .none, isInverse: Bool = false
  ) -> Int {
    put(text.utf8, row: row, column: column, limit: limit, paint, isInverse: isInverse)
  }

  /// Gives a line the look of the chosen one: one background from edge to edge, which colours would break up.
  mutating func invert(row: Int) {
    guard row >= 0, row < rows else { return }
    for index in row * columns..<(row + 1) * columns {
      cells[index].paint = .none
      cells[index].isInverse = true
    }
  }

  /// Leaves out colours. What is chosen stays recognizable.
  mutating func removeColours() {
    for index in cells.indices { cells[index].paint = .none }
  }

  /// Blanks a wide character whose second half is in this column: one of its halves is about to be overwritten.
  private mutating func removeHalf(_ row: Int, _ column: Int) {
    let index = row * columns + column
    guard column > 0, cells[index].isContinuation else { return }
    for half in [index - 1, index] {
      cells[half] = ScreenCell(" ", cells[half].paint, isInverse: cells[half].isInverse)
    }
  }

  private mutating func mark(_ scalar: Unicode.Scalar, _ row: Int, _ column: Int) {
    var index = row * columns + column
    if cells[index].isContinuation, column > 0 { index -= 1 }
    _ = cells[index].append(scalar)
  }

  /// The text of the lines, without looks and without blanks at their ends: for tests and for plain output.
  var text: [String] {
    (0..<rows).map { row in
      var bytes: [UInt8] = []
      for cell in line(row) { cell.appendText(to: &bytes) }
      while bytes.last == UInt8(ascii: " ") { bytes.removeLast() }
      return String(decoding: bytes, as: UTF8.self)
    }
  }
}
