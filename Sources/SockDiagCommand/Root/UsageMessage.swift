internal import ArgumentParser
internal import SockDiagWire

/// The error of the argument parser, as one sentence.
enum UsageMessage {
  static func failure(for error: any Error, of subcommand: Subcommand) -> CommandFailure {
    let message = withCure(withoutFarGuess(sentence(Sockdiag.message(for: error))))
    return .usage("\(message); see 'sockdiag \(subcommand.name) --help'")
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
    var text = parts.joined(separator: ", ")
    for (before, after) in [(". Did you mean", "; did you mean"), ("?", "")] {
      if let range = text.firstRange(of: before) { text.replaceSubrange(range, with: after) }
    }
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }

  /// The sentence without a suggestion that is too different: the parser suggests every option within three edits, such as
  /// '--tcp' for '--watch'.
  private static func withoutFarGuess(_ message: String) -> String {
    guard let guess = message.firstRange(of: "; did you mean '") else { return message }
    let words = message.split(separator: "'").filter { $0.hasPrefix("-") }.map { $0.drop { $0 == "-" } }
    guard words.count == 2 else { return message }
    let isNear = !NearestNames.of(String(words[0]), among: [String(words[1])]).isEmpty
    return isNear ? message : String(message[..<guess.lowerBound])
  }

  /// The sentence with a remedy, for options of `ss` and of other subcommands.
  private static func withCure(_ message: String) -> String {
    guard message.hasPrefix("unknown option '"), !message.contains("; ") else { return message }
    let cure: String? =
      switch message.split(separator: "'").dropFirst().first {
      case "-N", "--netns", "--net":
        "only why, wait and kill take a namespace; run this one there: 'nsenter -t PID -n sockdiag', or"
          + " 'ip netns exec NAME sockdiag'"
      case "-x", "--unix": "it reads TCP and UDP; 'ss -xp' shows UNIX sockets"
      case "-w", "--raw", "-0", "--packet", "-S", "--sctp", "-d", "--dccp", "-M", "--mptcp", "--vsock", "--tipc",
        "--xdp":
        "it reads TCP and UDP; ss shows sockets of that kind"
      default: nil
      }
    return cure.map { "\(message); \($0)" } ?? message
  }
}
