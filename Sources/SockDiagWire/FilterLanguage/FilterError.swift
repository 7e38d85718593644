/// The reason why a text is not a filter.
public struct FilterError: DescribedError, Hashable, Sendable, Codable {
  /// The kind of an error. Later versions may add kinds.
  public struct Code: RawRepresentable, Hashable, Sendable, Codable {
    /// The name of the error.
    public let rawValue: String

    /// Creates a code from its name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The text is not of the language.
    public static let syntax = Code(rawValue: "syntax")
    /// The name of a host, a service, an interface, a cgroup or a user was not found.
    public static let unknownName = Code(rawValue: "unknown-name")
    /// A regular expression or a pattern for names is wrong.
    public static let pattern = Code(rawValue: "pattern")
  }

  /// The kind of the error.
  public var code: Code
  /// The position of the fault, in characters from 1 on.
  public var column: Int
  /// The number of characters at fault; 0 if something is missing there.
  public var length: Int
  /// The fault, and after a semicolon the text to write instead.
  public var explanation: String

  /// Creates an error.
  public init(_ code: Code = .syntax, column: Int, length: Int, explanation: String) {
    self.code = code
    self.column = column
    self.length = length
    self.explanation = explanation
  }
}

extension FilterError {
  /// 0: texts have no errno.
  public var errno: Int32 { 0 }

  /// What to write instead: the end of the explanation.
  public var suggestion: String? { ExplanationParts.suggestion(in: explanation) }

  /// The place and the fault.
  public var description: String { "column \(column) of the filter: \(explanation)" }
}
