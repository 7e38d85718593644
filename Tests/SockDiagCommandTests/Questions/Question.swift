import SocketLaboratory
import SocketLaboratoryKit

/// A question that people ask about their sockets, and the one command that answers it.
struct Question: Sendable, CustomStringConvertible {
  /// The name of the golden file.
  let name: String
  /// The question in everyday words.
  let text: String
  /// The command line as a person types it, from `sockdiag` on.
  let command: String
  /// The program that starts the command, such as `setpriv`.
  let starter: [String]
  /// Texts that are in the first three lines of the answer, and that answer the question.
  let answer: [String]
  /// Builds a situation in which somebody asks. The result is kept until the answer is there.
  let build: @Sendable (Laboratory) throws -> [Any]

  init(
    _ name: String, _ text: String, _ command: String, by starter: [String] = [], answer: [String],
    _ build: @escaping @Sendable (Laboratory) throws -> [Any]
  ) {
    (self.name, self.text, self.command, self.starter) = (name, text, command, starter)
    (self.answer, self.build) = (answer, build)
  }

  var description: String { name }

  /// The words after `sockdiag`.
  private var words: [String] { DocumentedCommand(page: name, line: command).words }

  /// The text that a terminal of 80 columns shows, without the parts that differ between runs.
  func answer(_ tool: String) async throws -> String {
    try await Laboratory.withNew { laboratory in
      let kept = try build(laboratory)
      return try withExtendedLifetime(kept) {
        let pane = try TerminalPane(
          in: laboratory.namespace, columns: 80, running: starter + [tool] + words,
          environment: ["NO_COLOR": "1"])
        var mask = AnswerMask()
        return mask.masked(try pane.end().lines)
      }
    }
  }
}
