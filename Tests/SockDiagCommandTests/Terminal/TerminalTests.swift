import SockDiagTestKit
import SocketLaboratory
import SocketLaboratoryKit
import Testing

@testable import SockDiagCommand

/// The output of the command at a real terminal (tmux), wide and narrow, with colours and without.
@Suite(.enabled(if: TerminalPane.isPossible, "needs tmux, and the right to make network namespaces"))
struct TerminalTests {
  /// A terminal: its width and its colours.
  struct View: CustomStringConvertible, Sendable {
    let columns: Int
    let description: String
    let environment: [String: String]

    static let all = [
      View(columns: 80, description: "80 columns, colours", environment: ["TERM": "xterm-256color"]),
      View(columns: 80, description: "80 columns, dumb", environment: ["TERM": "dumb"]),
      View(columns: 60, description: "60 columns, colours", environment: ["TERM": "xterm-256color"]),
      View(
        columns: 60, description: "60 columns, NO_COLOR", environment: ["TERM": "xterm-256color", "NO_COLOR": "1"]),
    ]

    var hasColours: Bool { environment == ["TERM": "xterm-256color"] }
    var isDumb: Bool { environment["TERM"] == "dumb" }
  }

  @Test(arguments: Trials.some(of: TerminalScene.all), View.all)
  func everyLineFitsAndNoWordIsBroken(_ scene: TerminalScene, _ view: View) async throws {
    let tool = try Tool.path
    try await Laboratory.withNew { laboratory in
      let (kept, commands) = try scene.build(laboratory)
      try withExtendedLifetime(kept) {
        for command in commands {
          let screen = try Self.screen(command, tool, view, laboratory.namespace)
          let wide = try Self.wideWords(command, tool, laboratory.namespace)
          let context = Comment(
            "\(view): sockdiag \(command.words.joined(separator: " "))\n\(screen.lines.joined(separator: "\n"))\n")
          #expect(screen.wrappedLines == [], context)
          #expect(screen.lines.allSatisfy { $0.count <= view.columns }, context)
          #expect(Self.brokenWords(screen, of: wide) == [], context)
          // A progress line overwrites itself by an escape sequence, unless the terminal knows none.
          if !view.hasColours { #expect(!screen.hasColours, context) }
          if view.isDumb { #expect(!screen.hasEscapes, context) }
          if let limit = command.limit {
            // A narrow terminal folds lines.
            #expect(screen.lines.count <= (view.columns < 80 ? limit + limit / 2 : limit), context)
          }
          let sentence = screen.lines.prefix { !$0.isEmpty && !$0.hasPrefix("    ") }
            .map { $0.drop { $0 == " " } }.joined(separator: " ")
          let start = view.columns < 80 ? sentence : screen.lines.first ?? ""
          for text in command.firstLine { #expect(start.contains(text), "\(text): \(context)") }
        }
      }
    }
  }

  /// Runs a command at a terminal.
  private static func screen(
    _ command: TerminalScene.Command, _ tool: String, _ view: View, _ namespace: LabNamespace
  ) throws -> TerminalScreen {
    let pane = try TerminalPane(
      in: namespace, columns: view.columns, running: command.starter + [tool] + command.words,
      environment: view.environment)
    if let (text, key) = command.typing {
      try pane.wait(for: text)
      try pane.type(key, "Enter")
    }
    return try pane.end()
  }

  /// The words of an output that nothing folds or shortens; `nil` if it is not the same in a pipe.
  private static func wideWords(
    _ command: TerminalScene.Command, _ tool: String, _ namespace: LabNamespace
  ) throws -> Set<String>? {
    guard command.typing == nil else { return nil }
    let result = try namespace.run(["env", "COLUMNS=10000"] + command.starter + [tool] + command.words)
    let text = result.outputText + " " + result.errorText
    return Set(text.split(whereSeparator: \.isWhitespace).map { mask(String($0)) })
  }

  /// The words at the end of a row that go on in the next row, or are cut off.
  ///
  /// Words that the wide output lacks are not broken for this: a server of another test may have appeared since.
  private static func brokenWords(_ screen: TerminalScreen, of wide: Set<String>?) -> [String] {
    guard let wide else { return [] }
    let words = screen.rows.map { $0.split(separator: " ").map { mask(String($0)) } }
    return screen.rows.indices.compactMap { index in
      guard let last = words[index].last, !last.isEmpty, !wide.contains(last) else { return nil }
      let next = index + 1 < words.count ? words[index + 1].first : nil
      let goesOn = next.map { wide.contains(last + $0) } ?? false
      let isCut = screen.rows[index].count == screen.columns && wide.contains { $0.hasPrefix(last) }
      return goesOn || isCut ? last : nil
    }
  }

  /// A word without its figures: times and process numbers differ between two runs.
  private static func mask(_ word: String) -> String {
    word.split(whereSeparator: \.isNumber).joined(separator: "0")
  }
}
