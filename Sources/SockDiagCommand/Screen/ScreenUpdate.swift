/// The bytes that turn one frame on a terminal into another. Only cells that differ are written.
///
/// C: ECMA-48 `CUP`, `EL`, `ED` and `SGR`, which every terminal of today has.
enum ScreenUpdate {
  /// Equal cells between two different ones are written too if they are fewer: to move the cursor takes as many bytes.
  private static let worthMoving = 6

  /// - Parameter old: What the terminal shows; `nil` if that is not known, or if the size has changed.
  static func append(_ new: ScreenFrame, over old: ScreenFrame?, to bytes: inout [UInt8]) {
    let old = old.flatMap { $0.columns == new.columns && $0.rows == new.rows ? $0 : nil }
    if old == nil { bytes += Array("\u{1b}[0m\u{1b}[H\u{1b}[2J".utf8) }
    let blank = old == nil ? [ScreenCell](repeating: .blank, count: new.columns)[...] : []
    for row in 0..<new.rows { append(new.line(row), over: old?.line(row) ?? blank, row: row, to: &bytes) }
  }

  private static func append(
    _ new: ArraySlice<ScreenCell>, over old: ArraySlice<ScreenCell>, row: Int, to bytes: inout [UInt8]
  ) {
    if new.elementsEqual(old) { return }
    let (new, old) = (Array(new), Array(old))
    let lastText = new.lastIndex { $0 != .blank } ?? -1
    let lastOld = old.lastIndex { $0 != .blank } ?? -1
    var column = 0
    while let first = (column..<new.count).first(where: { new[$0] != old[$0] }) {
      // A tail that becomes blank is erased at once.
      if first > lastText, lastOld - first >= worthMoving {
        move(row, first, &bytes)
        bytes += Array("\u{1b}[K".utf8)
        return
      }
      let end = runEnd(from: first, new, old)
      let start = characterStart(first, new)
      move(row, start, &bytes)
      write(new[start..<end], &bytes)
      column = end
    }
  }

  /// The end of the cells to write in one go.
  private static func runEnd(from first: Int, _ new: [ScreenCell], _ old: [ScreenCell]) -> Int {
    var end = first + 1
    var index = end
    while index < new.count, index - end < worthMoving {
      if new[index] != old[index] { end = index + 1 }
      index += 1
    }
    // A wide character is written whole.
    while end < new.count, new[end].isContinuation { end += 1 }
    return end
  }

  private static func characterStart(_ index: Int, _ cells: [ScreenCell]) -> Int {
    var start = index
    while start > 0, cells[start].isContinuation { start -= 1 }
    return start
  }

  private static func move(_ row: Int, _ column: Int, _ bytes: inout [UInt8]) {
    bytes += Array("\u{1b}[\(row + 1);\(column + 1)H".utf8)
  }

  private static func write(_ cells: ArraySlice<ScreenCell>, _ bytes: inout [UInt8]) {
    var paint = Paint.none
    var isInverse = false
    for cell in cells {
      if cell.paint != paint || cell.isInverse != isInverse {
        if paint != .none || isInverse { bytes += Array("\u{1b}[0m".utf8) }
        cell.paint.appendStart(to: &bytes)
        if cell.isInverse { bytes += Array("\u{1b}[7m".utf8) }
        (paint, isInverse) = (cell.paint, cell.isInverse)
      }
      cell.appendText(to: &bytes)
    }
    if paint != .none || isInverse { bytes += Array("\u{1b}[0m".utf8) }
  }
}
