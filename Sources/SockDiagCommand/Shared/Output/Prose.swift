/// Lines of text for people, folded between words to the width of the terminal.
///
/// Text from outside, such as a name of a process, may contain anything: control characters in it become visible.
struct Prose {
  let terminal: Terminal
  private(set) var bytes: [UInt8] = []

  init(_ terminal: Terminal) { self.terminal = terminal }

  /// Ends a paragraph with an empty line.
  mutating func blank() { bytes.append(UInt8(ascii: "\n")) }

  /// Appends a line. Its further lines are indented by two columns more.
  ///
  /// A word that is longer than a line stays whole.
  mutating func line(_ text: String, indent: Int = 0, hanging: Int = 2, paint: Paint = .none) {
    fold(text.split(separator: " ", omittingEmptySubsequences: false), indent, hanging, ending: "", paint)
  }

  /// Appends a command to copy. If it is longer than a line, it continues after a backslash, as a shell reads it.
  mutating func command(_ text: String, indent: Int = 4) {
    fold(Self.shellWords(text), indent, 4, ending: " \\", .none)
  }

  /// Appends text that was laid out already.
  mutating func append(_ bytes: [UInt8]) { self.bytes += bytes }

  private mutating func fold(_ words: [Substring], _ indent: Int, _ hanging: Int, ending: String, _ paint: Paint) {
    var column = 0
    beginLine(indent, paint)
    for (index, word) in words.enumerated() {
      let isLast = index == words.count - 1
      let room = terminal.width - (column == 0 ? indent : column) - (isLast ? 0 : ending.utf8.count)
      if column > 0, Self.columns(of: word) + 1 > room {
        bytes.append(contentsOf: ending.utf8)
        endLine(paint)
        beginLine(indent + hanging, paint)
        column = indent + hanging
      } else if column > 0 {
        bytes.append(UInt8(ascii: " "))
        column += 1
      } else {
        column = indent
      }
      bytes.appendVisible(word.utf8)
      column += Self.columns(of: word)
    }
    endLine(paint)
  }

  private mutating func beginLine(_ indent: Int, _ paint: Paint) {
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent))
    if terminal.showsColour { paint.appendStart(to: &bytes) }
  }

  private mutating func endLine(_ paint: Paint) {
    if terminal.showsColour { paint.appendEnd(to: &bytes) }
    bytes.append(UInt8(ascii: "\n"))
  }

  /// The columns of a word as it is written.
  private static func columns(of word: Substring) -> Int {
    var visible: [UInt8] = []
    visible.appendVisible(word.utf8)
    return String(decoding: visible, as: UTF8.self).count
  }

  /// The words of a command. A part in quotes belongs to one word.
  private static func shellWords(_ text: String) -> [Substring] {
    var quote: Character?
    return text.split(omittingEmptySubsequences: true) { character in
      if let open = quote {
        if character == open { quote = nil }
        return false
      }
      if character == "'" || character == "\"" { quote = character }
      return character == " "
    }
  }
}
