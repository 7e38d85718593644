/// Lines below a row, folded between words to the width of a terminal.
enum FoldedDetails {
  /// The blanks before a further line, two more than before the first.
  private static let hanging = 6

  /// Appends lines, each of which starts with a line feed.
  static func append(_ lines: ArraySlice<UInt8>, width: Int, to output: inout [UInt8]) {
    for line in lines.dropFirst().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      output.append(UInt8(ascii: "\n"))
      let indent = line.prefix { $0 == UInt8(ascii: " ") }
      output.append(contentsOf: indent)
      var column = indent.count
      for (index, word) in line.dropFirst(indent.count).split(separator: UInt8(ascii: " ")).enumerated() {
        let length = DisplayWidth.of(word)
        if index > 0, column + 1 + length > width {
          output.append(UInt8(ascii: "\n"))
          output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: hanging))
          column = hanging
        } else if index > 0 {
          output.append(UInt8(ascii: " "))
          column += 1
        }
        // A path may be longer than a line.
        ShortenedCell.append(word, width: max(width - column, 1), .text, to: &output)
        column += min(length, width - column)
      }
    }
  }
}
