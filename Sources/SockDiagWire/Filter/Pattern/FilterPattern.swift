/// A regular expression in a filter, such as `comm ~ ^(nginx|apache2)$`.
///
/// It is searched for anywhere in a text; `^` and `$` stand for the ends. The language is that of `grep -E`, with the
/// escapes `\d`, `\w`, `\s`, `\b` and their opposites, `\t`, `\xHH`, groups `(?:…)`, and `(?i)` at the beginning, which
/// ignores the case of ASCII letters. Unlike there, a backslash also escapes in a set `[…]`, and a repetition of a
/// repetition needs parentheses. There are no back references and no look-ahead.
///
/// An expression has at most 2000 steps; a counted repetition has the steps of each copy. A match takes time in proportion
/// to the text times the steps at most, because all steps are followed at once and none is tried again. The matchers of
/// the standard library and of C can take exponential time, and do not tell where an expression is wrong.
public struct FilterPattern: Sendable {
  /// The expression as it was written.
  public let text: String
  private let program: PatternProgram

  /// Compiles an expression.
  ///
  /// - Throws: ``FilterPatternError`` with the place of the fault.
  public init(_ text: String) throws(FilterPatternError) {
    self.text = text
    var parser = PatternParser(text)
    program = PatternProgram(try parser.parse())
  }

  /// Whether the expression matches anywhere in a text. O(n · m) for a text of n characters and an expression of m steps.
  public func matches(_ text: String) -> Bool { program.matches(text) }
}

extension FilterPattern: Hashable {
  /// Compares the texts of two expressions byte by byte. Two spellings of `é` are one `String`, but match different texts.
  public static func == (left: FilterPattern, right: FilterPattern) -> Bool { left.text.hasSameBytes(as: right.text) }

  /// Hashes the text.
  public func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

/// The reason why a text is not a regular expression.
public struct FilterPatternError: DescribedError, Hashable, Sendable, Codable {
  /// The kind of an error. Later versions may add kinds.
  public struct Code: RawRepresentable, Hashable, Sendable, Codable {
    /// The name of the error.
    public let rawValue: String

    /// Creates a code from its name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The text is not a regular expression of this language.
    public static let syntax = Code(rawValue: "syntax")
    /// The expression has too many steps, too large a count or too many groups inside each other.
    public static let tooLarge = Code(rawValue: "too-large")
  }

  /// The kind of the error.
  public var code: Code
  /// The position of the fault, in characters (Unicode scalars) from 0 on.
  public var offset: Int
  /// The number of characters at fault.
  public var length: Int
  /// The fault, and after a semicolon the text to write instead.
  public var explanation: String

  /// Creates an error.
  public init(_ code: Code = .syntax, offset: Int, length: Int, explanation: String) {
    self.code = code
    self.offset = offset
    self.length = length
    self.explanation = explanation
  }
}

extension FilterPatternError {
  /// 0: texts have no errno.
  public var errno: Int32 { 0 }

  /// What to write instead: the end of the explanation.
  public var suggestion: String? { ExplanationParts.suggestion(in: explanation) }

  /// The place and the fault.
  public var description: String { "character \(offset + 1) of the expression: \(explanation)" }
}
