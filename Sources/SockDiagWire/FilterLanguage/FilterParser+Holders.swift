extension FilterParser {
  /// Parses a condition on a name of a process: `comm = nginx`, `cmdline ~ worker`.
  mutating func parseHolderName(_ name: HolderName) throws(FilterError) -> FilterNode {
    let word = token.text
    advance()
    if case .match(let isNegated) = token.kind {
      advance()
      let node = FilterNode.condition(.holder(.name(name, .matches(try takePattern()))))
      return isNegated ? .not(node) : node
    }
    let compares = if case .comparison = token.kind { true } else { false }
    let isNegated = try takeEquality(of: word)
    let value = try takeValue(name.expected)
    // An unquoted ~ becomes the home directory before this program sees it.
    if !compares, value.text.hasPrefix("/"), name != .commandLine {
      throw error(
        at: value,
        "\(Self.quote(value.text)) is a path, not \(name.expected); if you typed '~', your shell replaced it by your"
          + " home: put the filter in quotes, '\(word) ~ REGEX'")
    }
    let node = FilterNode.condition(.holder(.name(name, .equals(value.text))))
    return isNegated ? .not(node) : node
  }

  private mutating func takePattern() throws(FilterError) -> FilterPattern {
    let value = try takeValue("a regular expression, such as ^nginx,")
    do throws(FilterPatternError) { return try FilterPattern(value.text) } catch {
      var fault = self.error(at: value, error.explanation, code: .pattern)
      let text = value.text.unicodeScalars
      let position = String(String.UnicodeScalarView(text.prefix(error.offset))).utf8.count
      let offset = value.range.lowerBound + FilterLexer.offset(of: position, in: bytes[value.range])
      fault.column += characters(value.range.lowerBound..<offset)
      fault.length = error.length
      throw fault
    }
  }
}

extension HolderName {
  /// The value of a condition, for messages.
  fileprivate var expected: String {
    switch self {
    case .command: "the name of a program"
    case .commandLine: "a command line"
    case .unit: "the name of a systemd unit"
    case .container: "the id or name of a container"
    }
  }
}
