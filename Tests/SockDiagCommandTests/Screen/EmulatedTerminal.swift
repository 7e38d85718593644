@testable import SockDiagCommand

/// A terminal that understands what ``ScreenUpdate`` writes, and nothing else.
struct EmulatedTerminal {
  private(set) var lines: [[Cell]]
  /// The bytes that were not understood.
  private(set) var unknown: [String] = []
  private var row = 0
  private var column = 0
  private var style = ""

  struct Cell: Equatable {
    /// Empty for the second half of a wide character.
    var text = " "
    var style = ""
  }

  init(columns: Int, rows: Int) {
    lines = [[Cell]](repeating: [Cell](repeating: Cell(), count: columns), count: rows)
  }

  /// The cells of a frame, as a terminal should show them.
  static func lines(of frame: ScreenFrame) -> [[Cell]] {
    (0..<frame.rows).map { row in
      frame.line(row).map { cell in
        var (text, style): ([UInt8], [UInt8]) = ([], [])
        cell.appendText(to: &text)
        cell.paint.appendStart(to: &style)
        if cell.isInverse { style += Array("\u{1b}[7m".utf8) }
        return Cell(
          text: String(decoding: text, as: UTF8.self),
          style: String(decoding: style, as: UTF8.self).replacing("\u{1b}[", with: ""))
      }
    }
  }

  mutating func write(_ bytes: [UInt8]) {
    var rest = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      guard scalar == "\u{1b}" else {
        put(scalar)
        continue
      }
      _ = rest.popFirst()
      let parameters = String(String.UnicodeScalarView(rest.prefix { !$0.properties.isAlphabetic }))
      rest = rest.dropFirst(parameters.unicodeScalars.count)
      obey(rest.popFirst(), parameters)
    }
  }

  private mutating func put(_ scalar: Unicode.Scalar) {
    let width = DisplayWidth.of(scalar)
    guard row < lines.count, column + width <= lines[row].count else {
      unknown.append("text behind the edge")
      return
    }
    if width == 0 {
      var index = column - 1
      while index > 0, lines[row][index].text.isEmpty { index -= 1 }
      lines[row][index].text.unicodeScalars.append(scalar)
      return
    }
    lines[row][column] = Cell(text: String(scalar), style: style)
    if width == 2 { lines[row][column + 1] = Cell(text: "", style: style) }
    column += width
  }

  private mutating func obey(_ final: Unicode.Scalar?, _ parameters: String) {
    switch (final, parameters) {
    case ("m", "0"): style = ""
    case ("m", _): style += parameters + "m"
    case ("H", ""): (row, column) = (0, 0)
    case ("H", _):
      let place = parameters.split(separator: ";").compactMap { Int($0) }
      (row, column) = (place[0] - 1, place[1] - 1)
    case ("J", "2"): for row in lines.indices { erase(row, from: 0) }
    case ("K", ""): erase(row, from: column)
    default: unknown.append(parameters + String(final ?? "?"))
    }
  }

  private mutating func erase(_ row: Int, from column: Int) {
    for index in column..<lines[row].count { lines[row][index] = Cell() }
  }
}
