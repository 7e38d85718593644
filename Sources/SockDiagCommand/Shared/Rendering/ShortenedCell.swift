/// Cells that are wider than their column: an ellipsis stands for the middle.
///
/// The middle, because both ends tell: an address begins with its network and ends in its port, a path ends in its name.
/// A list of processes and a single word lose their end: the first process is the one that matters, and words are
/// abbreviated so.
enum ShortenedCell {
  private static let ellipsis = Array("…".utf8)

  /// Appends a cell in at most `width` columns.
  static func append(_ cell: ArraySlice<UInt8>, width: Int, _ kind: TablePage.Yielding, to output: inout [UInt8]) {
    guard DisplayWidth.of(cell) > width else {
      output.append(contentsOf: cell)
      return
    }
    let port = kind == .address ? portLength(of: cell) : 0
    let room = width - 1 - port
    // A byte is a column, except in tables of texts.
    if kind == .word || kind == .list || width < 2 || !cell.allSatisfy({ $0 < 0x80 }) {
      if width > 1 { output.append(contentsOf: DisplayWidth.prefix(of: cell, columns: width - 1)) }
      if width > 0 { output.append(contentsOf: ellipsis) }
    } else if port > 0, room >= 0 {
      output.append(contentsOf: cell.prefix((room + 1) / 2))
      output.append(contentsOf: ellipsis)
      output.append(contentsOf: cell.suffix(port + room / 2))
    } else {
      output.append(contentsOf: cell.prefix(width / 2))
      output.append(contentsOf: ellipsis)
      output.append(contentsOf: cell.suffix(width - 1 - width / 2))
    }
  }

  /// The length of `:PORT` or `]:PORT`; 0 if there is no port.
  private static func portLength(of cell: ArraySlice<UInt8>) -> Int {
    guard let colon = cell.lastIndex(of: UInt8(ascii: ":")) else { return 0 }
    let isBracketed = colon > cell.startIndex && cell[colon - 1] == UInt8(ascii: "]")
    return cell.endIndex - colon + (isBracketed ? 1 : 0)
  }
}
