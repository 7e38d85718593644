internal import ArgumentParser

/// What the parser has against the command line, as one sentence.
enum UsageMessage {
  static func failure(for error: any Error) -> CommandFailure {
    let message = sentence(Sockdiag.message(for: error))
    // The parser names the subcommand at the end of its long message: See 'sockdiag list --help' for more information.
    let help = Sockdiag.fullMessage(for: error).split(separator: "'").last { $0.hasSuffix("--help") }
    return .usage("\(message); see '\(help ?? "sockdiag --help")'")
  }

  private static func sentence(_ message: String) -> String {
    var parts = message.split(whereSeparator: \.isNewline).map { line in
      // An alternative that the parser offers is a line of its own, behind a colon.
      let words = line.drop { $0 == " " }
      return words.hasSuffix(".") || words.hasSuffix(":") ? words.dropLast() : words
    }
    if let first = parts.first {
      let lowered = first.prefix(1).lowercased() + first.dropFirst()
      parts[0] = Substring(lowered)
    }
    var text = parts.joined(separator: ", ")
    for (before, after) in [(". Did you mean", "; did you mean"), ("?", "")] {
      if let range = text.firstRange(of: before) { text.replaceSubrange(range, with: after) }
    }
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }
}
