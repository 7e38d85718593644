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
  }

  /// The most rows that wait for their widths.
  static let capacity = 16_384

  private let columns: [Column]
  private var widths: [Int]
  private var text: [UInt8] = []
  /// Where each cell ends. Every row has one more cell than columns: lines below it, which take part in no width.
  private var ends: [Int32] = []
  /// A colour for the second cell of each row, empty for none.
  private var paints: [Paint] = []
  private var column = 0
  private(set) var showsHeader: Bool

  init(_ columns: [Column], showsHeader: Bool) {
    self.columns = columns
    self.showsHeader = showsHeader
    widths = columns.map { max(showsHeader ? $0.title.utf8.count : 0, $0.minimumWidth) }
  }

  var isFull: Bool { paints.count >= Self.capacity }

  /// Appends a cell that `write` fills.
  @inline(__always)
  mutating func cell(_ write: (inout [UInt8]) -> Void) {
    let start = text.count
    write(&text)
    let width = text.count &- start
    if width > widths[column] { widths[column] = width }
    column &+= 1
    ends.append(Int32(truncatingIfNeeded: text.count))
  }

  /// Ends a row with the lines below it, if any, each of which starts with a line feed.
  @inline(__always)
  mutating func endRow(_ paint: Paint, linesBelow write: (inout [UInt8]) -> Void) {
    write(&text)
    ends.append(Int32(truncatingIfNeeded: text.count))
    paints.append(paint)
    column = 0
  }

  /// Moves all rows to the output, before the first the header.
  mutating func flush(to output: inout ByteOutput, colour: Bool) throws(CommandFailure) {
    if showsHeader {
      showsHeader = false
      appendHeader(to: &output.bytes)
    }
    var cell = 0
    var start = 0
    for paint in paints {
      for index in columns.indices {
        let end = Int(ends[cell])
        cell &+= 1
        append(start..<end, to: index, colour && index == 1 ? paint : .none, &output.bytes)
        start = end
      }
      let end = Int(ends[cell])
      cell &+= 1
      output.bytes.append(contentsOf: text[start..<end])
      output.bytes.append(UInt8(ascii: "\n"))
      start = end
      try output.flushIfFull()
    }
    text.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    paints.removeAll(keepingCapacity: true)
  }

  @inline(__always)
  private func append(_ range: Range<Int>, to index: Int, _ paint: Paint, _ output: inout [UInt8]) {
    let padding = max(widths[index] &- range.count, 0)
    let isRight = columns[index].alignsRight
    if isRight { Self.appendSpaces(padding, to: &output) }
    paint.appendStart(to: &output)
    output.append(contentsOf: text[range])
    paint.appendEnd(to: &output)
    // No spaces after the last column, so that they do not wrap lines.
    if index == columns.count - 1 { return }
    Self.appendSpaces((isRight ? 0 : padding) &+ 2, to: &output)
  }

  private func appendHeader(to output: inout [UInt8]) {
    for (index, column) in columns.enumerated() {
      let padding = widths[index] - column.title.utf8.count
      if column.alignsRight { Self.appendSpaces(padding, to: &output) }
      output.append(contentsOf: column.title.utf8)
      if index < columns.count - 1 { Self.appendSpaces((column.alignsRight ? 0 : padding) + 2, to: &output) }
    }
    output.append(UInt8(ascii: "\n"))
  }

  @inline(__always)
  private static func appendSpaces(_ count: Int, to output: inout [UInt8]) {
    for _ in 0..<count { output.append(UInt8(ascii: " ")) }
  }
}
