/// Text in the markup of manual pages, with everything escaped that the formatters would obey.
struct Roff {
  private(set) var text = ""

  /// Appends a line of markup.
  mutating func line(_ markup: String) { text += markup + "\n" }

  /// Appends a macro with its arguments.
  mutating func macro(_ name: String, _ arguments: [String]) {
    line(([".\(name)"] + arguments.map(Self.words)).joined(separator: " "))
  }

  /// Appends text that the formatter fills. Each sentence starts a line, so that the formatter sets the space after it.
  mutating func paragraph(_ text: String) {
    var rest = Substring(text)
    while let end = Self.sentenceEnd(rest) {
      line(Self.filled(rest[..<end]))
      rest = rest[end...].drop { $0 == " " }
    }
    if !rest.isEmpty { line(Self.filled(rest)) }
  }

  /// One argument of a macro, whatever is in it.
  static func argument(_ text: String) -> String {
    // A word that is a macro's name would be obeyed without the empty character before it.
    "\"\\&\(escaped(text))\""
  }

  /// Several words as arguments of a macro that takes any number.
  private static func words(_ text: String) -> String {
    text.split(separator: " ").map { word in
      // Titles and numbers have no blanks; two or three letters may be a macro's name.
      word.count <= 3 && word.first?.isUppercase == true ? "\\&\(escaped(word))" : escaped(word)
    }.joined(separator: " ")
  }

  private static func filled(_ text: Substring) -> String {
    let escaped = escaped(text)
    // A line that starts with these is markup.
    return escaped.hasPrefix(".") || escaped.hasPrefix("\\(aq") ? "\\&\(escaped)" : escaped
  }

  /// The end of the first sentence; `nil` in the last one.
  private static func sentenceEnd(_ text: Substring) -> Substring.Index? {
    var search = text
    while let stop = search.firstRange(of: ". ") {
      if let next = text[stop.upperBound...].first, next.isUppercase { return text.index(after: stop.lowerBound) }
      search = search[stop.upperBound...]
    }
    return nil
  }

  /// Characters that formatters replace by typographic ones, so that a copied command would not run.
  private static func escaped(_ text: some StringProtocol) -> String {
    var result = ""
    for character in text {
      switch character {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      case "'": result += "\\(aq"
      case "\"": result += "\\(dq"
      case "`": result += "\\(ga"
      case "^": result += "\\(ha"
      case "~": result += "\\(ti"
      default: result.append(character)
      }
    }
    return result
  }
}
