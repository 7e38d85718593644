/// The reason why a text is not a filter.
public struct FilterError: Error, Hashable, Sendable {
  /// The position of the fault, in characters from 1 on.
  public var column: Int
  /// The number of characters at fault; 0 if something is missing there.
  public var length: Int
  /// The fault, and after a semicolon the text to write instead.
  public var explanation: String

  /// Creates an error.
  public init(column: Int, length: Int, explanation: String) {
    self.column = column
    self.length = length
    self.explanation = explanation
  }
}

extension FilterError: CustomStringConvertible {
  /// The place and the fault.
  public var description: String { "column \(column) of the filter: \(explanation)" }
}
