import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// Questions that people ask: one command answers each in its first three lines.
@Suite(
  .enabled(
    if: TerminalPane.isPossible && TemporaryCgroup.isPermitted,
    "needs tmux, and the right to make network namespaces and cgroups"))
struct QuestionTests {
  @Test(arguments: Question.all) func firstThreeLinesAnswerTheQuestion(_ question: Question) async throws {
    let tool = try Tool.path
    let path = "questions/\(question).txt"
    let golden = (try? Fixture.read(path)).map { String(decoding: $0, as: UTF8.self) }
    var text = ""
    // Tests run in parallel in one process, and a child that one of them is starting holds a copy of each descriptor.
    for _ in 0..<4 where golden.map({ Self.unfolded($0) != Self.unfolded(text) }) ?? text.isEmpty {
      text = "# \(question.text)\n$ \(question.command)\n\(try await question.answer(tool))\n"
    }
    let start = text.split(separator: "\n").dropFirst(2).prefix(3).joined(separator: "\n")
    for part in question.answer { #expect(Self.unfolded(start).contains(part), "\(part): \(start)") }
    guard let golden, Self.unfolded(golden) == Self.unfolded(text) else {
      return try Fixture.expect(Array(text.utf8), toBe: path)
    }
  }

  /// A text with single blanks: where a line is folded, and how wide a column is, depends on the digits of process numbers.
  private static func unfolded(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
