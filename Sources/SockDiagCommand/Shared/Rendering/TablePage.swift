/// Rows of cells whose columns line up.
///
/// The cells of a page lie one behind the other in one array, so that a row costs no allocation; their widths are known
/// when the page is full, and then the rows go out. A second page keeps the widths of the first and only ever widens
/// them: people read one page, and a million rows need no more memory.
struct TablePage {
  struct Column {
    var title: String
    var alignsRight = false
    /// For a table that goes out row by row, before the widths of later rows are known.
    var minimumWidth = 0
    /// How its cells give way on a narrow terminal.
    var yielding = Yielding.none
    /// The order in which columns are left out if nothing else helps, the highest first; 0 for never.
    var rank = 5
  }

  /// How cells give way where a table is wider than the terminal.
  enum Yielding {
    /// Not at all: numbers.
    case none
    /// Paths and command lines, which give way first, in their middle.
    case text
    /// Lists of processes, which give way as early, at their end: the first process is the one that matters.
    case list
    /// Addresses with ports. The port stays whole.
    case address
    /// Single words, which give way last.
    case word
  }

  /// The most rows that wait for their widths.
  static let capacity = 16_384

  private let columns: [Column]
  /// The columns of the terminal; `nil` to show every cell whole.
  private let limit: Int?
  private var widths: [Int]
  private var text: [UInt8] = []
  /// Where each cell ends. Every row has one more cell than columns: lines below it, which take part in no width.
  private var ends: [Int32] = []
  /// The cells that have a colour, in order. Most cells have none.
  private var paints: [(cell: Int, paint: Paint)] = []
  private var column = 0
  private var rowCount = 0
  /// Whether cells may have characters beyond ASCII, whose bytes are not columns.
  private var hasWideText = false
  private(set) var showsHeader: Bool
  /// The columns that may be left out because they say nothing: those of the first page, whose header stays.
  private var silentAtFirst: [Bool]?
  /// The titles of columns that were left out although they say something.
  private(set) var omittedTitles: [String] = []

  init(_ columns: [Column], showsHeader: Bool, limit: Int? = nil) {
    self.columns = columns
    self.limit = limit
    self.showsHeader = showsHeader
    widths = columns.map { max(showsHeader ? $0.title.utf8.count : 0, $0.minimumWidth) }
  }

  var isFull: Bool { rowCount >= Self.capacity }

  /// Appends a cell that `write` fills with ASCII.
  @inline(__always)
  mutating func cell(_ paint: Paint = .none, _ write: (inout [UInt8]) -> Void) {
    let start = text.count
    write(&text)
    let width = text.count &- start
    if width > widths[column] { widths[column] = width }
    if paint != .none { paints.append((ends.count, paint)) }
    column &+= 1
    ends.append(Int32(truncatingIfNeeded: text.count))
  }

  /// Appends a cell of any text. Control characters in it become visible.
  mutating func cell(text string: String, _ paint: Paint = .none) {
    hasWideText = true
    let start = text.count
    text.appendVisible(string.utf8)
    widths[column] = max(widths[column], DisplayWidth.of(text[start...]))
    if paint != .none { paints.append((ends.count, paint)) }
    column += 1
    ends.append(Int32(truncatingIfNeeded: text.count))
  }

  /// Ends a row with the lines below it, if any, each of which starts with a line feed.
  @inline(__always)
  mutating func endRow(linesBelow write: (inout [UInt8]) -> Void) {
    write(&text)
    ends.append(Int32(truncatingIfNeeded: text.count))
    rowCount &+= 1
    column = 0
  }

  /// Moves all rows to the output, before the first the header.
  mutating func flush(to output: inout ByteOutput, colour: Bool) throws(CommandFailure) {
    let layout = layout()
    if showsHeader {
      showsHeader = false
      appendHeader(layout, to: &output.bytes)
    }
    var (cell, start, nextPaint) = (0, 0, 0)
    for _ in 0..<rowCount {
      for index in columns.indices {
        let end = Int(ends[cell])
        var paint = Paint.none
        if nextPaint < paints.count, paints[nextPaint].cell == cell {
          if colour { paint = paints[nextPaint].paint }
          nextPaint &+= 1
        }
        cell &+= 1
        if layout.isShown[index] { append(start..<end, to: index, paint, layout, &output.bytes) }
        start = end
      }
      let end = Int(ends[cell])
      cell &+= 1
      if let limit, end > start, text[start] == UInt8(ascii: "\n") {
        FoldedDetails.append(text[start..<end], width: limit, to: &output.bytes)
      } else {
        output.bytes.append(contentsOf: text[start..<end])
      }
      output.bytes.append(UInt8(ascii: "\n"))
      start = end
      try output.flushIfFull()
    }
    text.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    paints.removeAll(keepingCapacity: true)
    rowCount = 0
  }

  /// The layout of the rows so far.
  private mutating func layout() -> TableLayout {
    var layout = TableLayout(widths)
    guard let limit, layout.total > limit else { return layout }
    let silent = silentColumns()
    let mayGo = silentAtFirst ?? silent
    silentAtFirst = mayGo
    layout.fit(columns, into: limit, isSilent: mayGo)
    for index in columns.indices where !layout.isShown[index] && !silent[index] {
      if !omittedTitles.contains(columns[index].title) { omittedTitles.append(columns[index].title) }
    }
    return layout
  }

  /// For each column, whether all its cells are `-` or `0`.
  private func silentColumns() -> [Bool] {
    var silent = [Bool](repeating: true, count: columns.count)
    var (cell, start) = (0, 0)
    for _ in 0..<rowCount {
      for index in columns.indices {
        let end = Int(ends[cell])
        if end - start != 1 || text[start] != UInt8(ascii: "-") && text[start] != UInt8(ascii: "0") {
          silent[index] = false
        }
        start = end
        cell += 1
      }
      start = Int(ends[cell])
      cell += 1
    }
    return silent
  }

  @inline(__always)
  private func append(
    _ range: Range<Int>, to index: Int, _ paint: Paint, _ layout: TableLayout, _ output: inout [UInt8]
  ) {
    let width = layout.widths[index]
    let taken = hasWideText ? DisplayWidth.of(text[range]) : range.count
    let padding = max(width &- taken, 0)
    let isRight = columns[index].alignsRight
    if isRight { Self.appendSpaces(padding, to: &output) }
    paint.appendStart(to: &output)
    if taken <= width {
      output.append(contentsOf: text[range])
    } else {
      ShortenedCell.append(text[range], width: width, columns[index].yielding, to: &output)
    }
    paint.appendEnd(to: &output)
    // No spaces after the last column, so that they do not wrap lines.
    if index == layout.last { return }
    Self.appendSpaces((isRight ? 0 : padding) &+ layout.gap, to: &output)
  }

  private func appendHeader(_ layout: TableLayout, to output: inout [UInt8]) {
    for (index, column) in columns.enumerated() where layout.isShown[index] {
      let title = Array(column.title.utf8)
      let padding = max(layout.widths[index] - title.count, 0)
      if column.alignsRight { Self.appendSpaces(padding, to: &output) }
      ShortenedCell.append(title[...], width: layout.widths[index], .word, to: &output)
      if index != layout.last { Self.appendSpaces((column.alignsRight ? 0 : padding) + layout.gap, to: &output) }
    }
    output.append(UInt8(ascii: "\n"))
  }

  @inline(__always)
  private static func appendSpaces(_ count: Int, to output: inout [UInt8]) {
    for _ in 0..<count { output.append(UInt8(ascii: " ")) }
  }
}
