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

  /// Appends a labelled line. Further lines begin below the text.
  ///
  /// - Parameter isCommand: Whether the text is a command to copy.
  mutating func entry(_ label: String, _ text: String, isCommand: Bool = false, paint: Paint = .none) {
    let words = isCommand ? Self.shellWords(text) : text.split(separator: " ", omittingEmptySubsequences: false)
    fold(words, Self.labelWidth, 0, label: label, ending: isCommand ? " \\" : "", paint)
  }

  /// The columns of a label, with the blanks behind it.
  static let labelWidth = 14

  /// The number of complete lines.
  var lineCount: Int { bytes.count { $0 == UInt8(ascii: "\n") } }

  /// Appends text that was laid out already.
  mutating func append(_ bytes: [UInt8]) { self.bytes += bytes }

  private mutating func fold(
    _ words: [Substring], _ indent: Int, _ hanging: Int, label: String = "", ending: String, _ paint: Paint
  ) {
    let pieces = Self.pieces(words)
    var column = indent
    if !label.isEmpty, terminal.showsColour { Paint.strong.appendStart(to: &bytes) }
    bytes.append(contentsOf: label.utf8)
    if !label.isEmpty, terminal.showsColour { Paint.strong.appendEnd(to: &bytes) }
    beginLine(indent - label.utf8.count, paint)
    for (index, piece) in pieces.enumerated() {
      let width = Self.columns(of: piece.word)
      let room = terminal.width - column - (index == pieces.count - 1 ? 0 : ending.utf8.count)
      if index > 0, piece.blanks + width > room {
        bytes.append(contentsOf: ending.utf8)
        endLine(paint)
        beginLine(indent + hanging, paint)
        column = indent + hanging
      } else {
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: piece.blanks))
        column += piece.blanks
      }
      bytes.appendVisible(piece.word.utf8)
      column += width
    }
    endLine(paint)
  }

  /// The words, each with the number of blanks before it. A line break swallows the blanks where it falls.
  private static func pieces(_ words: [Substring]) -> [(blanks: Int, word: String)] {
    var pieces: [(blanks: Int, word: String)] = []
    var blanks = 0
    for word in words {
      if !word.isEmpty {
        if blanks == 1, let last = pieces.last?.word, belong(last, word) {
          pieces[pieces.count - 1].word += " \(word)"
        } else {
          pieces.append((pieces.isEmpty ? 0 : blanks, String(word)))
        }
        blanks = 0
      }
      blanks += 1
    }
    return pieces
  }

  /// Whether no line is broken between two words: `(pid 80`, `59 s`.
  private static func belong(_ word: String, _ next: Substring) -> Bool {
    if word.hasSuffix("(pid") { return true }
    let isNumber = word.utf8.last.map { (0x30...0x39).contains($0) } ?? false
    return isNumber && ["s", "min", "h", "d"].contains(next.prefix { $0.isLetter })
  }

  private mutating func beginLine(_ indent: Int, _ paint: Paint) {
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: max(indent, 0)))
    if terminal.showsColour { paint.appendStart(to: &bytes) }
  }

  private mutating func endLine(_ paint: Paint) {
    if terminal.showsColour { paint.appendEnd(to: &bytes) }
    bytes.append(UInt8(ascii: "\n"))
  }

  /// The columns of a word as it is written.
  static func columns(of word: some StringProtocol) -> Int {
    var visible: [UInt8] = []
    visible.appendVisible(word.utf8)
    return DisplayWidth.of(visible)
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
