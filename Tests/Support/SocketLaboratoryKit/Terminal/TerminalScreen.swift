/// What a pane showed after its program had ended.
public struct TerminalScreen: Sendable {
  /// The number of columns.
  public let columns: Int
  /// The rows of the terminal, without trailing blanks.
  public let rows: [String]
  /// The lines that the program wrote. A line that was too wide is one line here, and several ``rows``.
  public let lines: [String]
  /// The bytes that the program wrote, escape sequences included. The terminal ends a line with a carriage return.
  public let written: String
  /// The exit status of the program.
  public let status: Int32

  /// The lines that were wider than the terminal.
  public var wrappedLines: [String] { lines.filter { !rows.contains($0) } }

  /// Whether an escape sequence was written.
  public var hasEscapes: Bool { written.contains("\u{1b}") }

  /// Whether an escape sequence for colours or other emphasis was written (ECMA-48 SGR).
  public var hasColours: Bool { written.contains(/\u{1b}\[[0-9;]*m/) }
}
