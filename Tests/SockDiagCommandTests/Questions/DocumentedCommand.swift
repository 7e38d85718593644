import FoundationEssentials
import SockDiag

@testable import SockDiagCommand

/// A command line of this tool in a page of the documentation.
struct DocumentedCommand: Sendable, CustomStringConvertible {
  let page: String
  let line: String

  var description: String { "\(page): \(line)" }

  /// Those of a page: in code between backticks, and lines of blocks, also after a prompt.
  static func all(in page: String) throws -> [DocumentedCommand] {
    let text = String(decoding: try Fixture.read(page), as: UTF8.self)
    var commands: [DocumentedCommand] = []
    for (index, part) in text.split(separator: "```", omittingEmptySubsequences: false).enumerated() {
      let lines: [Substring]
      if index.isMultiple(of: 2) {
        // A cell of a table and a code span may be broken only at blanks.
        let flat = part.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: " ")
        let spans = flat.split(separator: "`", omittingEmptySubsequences: false).enumerated()
        lines = spans.filter { !$0.offset.isMultiple(of: 2) }.map { $0.element[...] }
      } else {
        lines = part.split(separator: "\n").map { $0.hasPrefix("$ ") ? $0.dropFirst(2) : $0 }
      }
      for line in lines.compactMap(Self.command) { commands.append(DocumentedCommand(page: page, line: line)) }
    }
    return commands
  }

  /// The part of a line that is a command of this tool; `nil` if there is none.
  private static func command(_ line: Substring) -> String? {
    guard let start = line.firstRange(of: /(?:^|[ (])(?:\.build\/release\/)?sockdiag(?: |$)/)?.lowerBound,
      line[..<start].allSatisfy({ $0 == " " }) || line[..<start].hasSuffix("sudo") || line[start] == "("
    else { return nil }
    return String(line[start...].drop { " (".contains($0) })
  }

  /// The words after the name of the command, as a shell splits them, up to a comment or an operator.
  var words: [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    for character in line {
      if let open = quote {
        if character == open { quote = nil } else { word = (word ?? "") + String(character) }
      } else if character == "'" || character == "\"" {
        quote = character
        word = word ?? ""
      } else if character == " " {
        if let done = word { words.append(done) }
        word = nil
      } else if "&|;)".contains(character) || character == "#" && word == nil {
        break
      } else {
        word = (word ?? "") + String(character)
      }
    }
    if let word { words.append(word) }
    return Array(words.dropFirst())
  }

  /// Whether it stands for many commands, such as `sockdiag help SUBCOMMAND`, or is the name of a subcommand that takes a
  /// port.
  var isPattern: Bool {
    let isName = ["why", "wait", "kill"].contains(words.first ?? "")
    if isName, !words.contains(where: { $0.contains(where: \.isNumber) || $0 == "--run" }) { return true }
    return words.contains { $0 == "…" || !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isUppercase } }
  }

  /// Parses it as the tool does, with its filter.
  ///
  /// - Throws: The error that a person would see.
  func parse() throws {
    guard case .command(let command, _) = try SockDiagTool.parse(words) else { return }
    if let taker = command as? any TakesFilter {
      _ = try FilterArgument.parse(taker.selection.filter, names: HostNames())
    }
  }
}
