internal import ArgumentParser
internal import SockDiagWire

/// The error of the argument parser, as one sentence that leads to a command.
struct UsageMessage {
  private let subcommand: Subcommand
  private let words: [String]
  private let fault: String

  /// - Parameter words: The words after the subcommand.
  init(_ error: any Error, of subcommand: Subcommand, _ words: [String]) {
    (self.subcommand, self.words) = (subcommand, words)
    fault = Self.sentence(Sockdiag.message(for: error))
  }

  var failure: CommandFailure {
    if let option = Self.quoted(fault, after: "unknown option") {
      let foreign = ForeignOption(option, of: subcommand, words)
      return .usage("unknown option '\(option)'; \(foreign.suggestion ?? help)")
    }
    // It offers a suggestion already.
    if fault.hasSuffix("?") { return .usage(fault) }
    return .usage("\(fault); \(ForeignArgument(fault, of: subcommand, words).suggestion ?? help)")
  }

  private var help: String { "see 'sockdiag \(subcommand.name) --help'" }

  /// The text in quotes that follows some words.
  static func quoted(_ text: String, after start: String) -> String? {
    guard text.hasPrefix("\(start) '") else { return nil }
    return text.split(separator: "'", omittingEmptySubsequences: false).dropFirst().first.map(String.init)
  }

  private static func sentence(_ message: String) -> String {
    var parts = message.split(whereSeparator: \.isNewline).map { line in
      // The parser writes an alternative on a line of its own, after a colon.
      let words = line.drop { $0 == " " }
      return words.hasSuffix(".") || words.hasSuffix(":") ? words.dropLast() : words
    }
    if let first = parts.first {
      let lowered = first.prefix(1).lowercased() + first.dropFirst()
      parts[0] = Substring(lowered)
    }
    let text = parts.joined(separator: ", ").replacing(". Please provide one of ", with: "; give ")
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }
}
