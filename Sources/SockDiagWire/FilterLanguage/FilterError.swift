/// Why a text is no filter.
public struct FilterError: Error, Hashable, Sendable {
  /// Where the fault is, in characters from 1 on.
  public var column: Int
  /// How many characters are at fault; 0 if something is missing there.
  public var length: Int
  /// The fault, and behind a semicolon what to write instead.
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
