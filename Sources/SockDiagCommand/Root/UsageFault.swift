internal import SockDiagWire

/// A command line that is wrong usage. The sentence is made only when it is shown, because it may try other lines.
enum UsageFault: Error {
  /// The argument parser refuses the words after a subcommand.
  case refused(any Error, Subcommand, [String])
  /// A word that is no subcommand, and the words it stands in.
  case foreignWord(String, [String])
  /// A word where a filter is expected, and the words after the subcommand.
  case notAFilter(String, Subcommand, [String])

  var failure: CommandFailure {
    switch self {
    case .refused(let error, let subcommand, let words): UsageMessage(error, of: subcommand, words).failure
    case .foreignWord(let word, let words): ForeignWord(word, in: words).failure
    case .notAFilter(let word, let subcommand, let words): Self.notAFilter(word, subcommand, words)
    }
  }

  /// Checks the first word of a filter, which shows whether a filter was meant at all.
  ///
  /// - Parameters:
  ///   - filter: The words of the filter.
  ///   - words: The words after the subcommand.
  static func check(_ filter: [String], of subcommand: Subcommand, _ words: [String]) throws(UsageFault) {
    guard let word = filter.first, !SocketFilter.begins(with: word) else { return }
    // A misspelt condition: the parser of filters knows the names.
    if filter.prefix(2).contains(where: { $0.utf8.contains { "=<>".utf8.contains($0) } }) { return }
    if namesPort(word) { throw .notAFilter(word, subcommand, words) }
    if subcommand.name == Subcommand.standard.name { throw .foreignWord(word, words) }
  }

  /// Whether a word is a port, and not an address alone, which the parser of filters knows better.
  private static func namesPort(_ word: String) -> Bool {
    let port = word.split(separator: "/").first ?? ""
    return PortShorthand.isPort(word) && (word.contains(":") || port.allSatisfy(\.isNumber))
  }

  private static func notAFilter(_ word: String, _ subcommand: Subcommand, _ words: [String]) -> CommandFailure {
    if let suggestion = LsofHabit(words)?.suggestion { return .usage("'\(word)' is not a filter; \(suggestion)") }
    let others = words.filter { $0 != word }
    let filter = condition(word)
    let line = OfferedLine.first([subcommand.name] + others + filter, [subcommand.name] + filter)
    let suggestion = line.map { "\($0) is one" } ?? "see 'sockdiag \(subcommand.name) --help'"
    let question = OfferedLine.first(["why", word]).map { ", and \($0) says what holds the port" }
    return .usage("'\(word)' is not a filter; \(suggestion)\(question ?? "")")
  }

  /// The condition for a port with or without an address.
  private static func condition(_ word: String) -> [String] {
    let place = word.split(separator: "/").first.map(String.init) ?? word
    guard let colon = place.lastIndex(of: ":") else { return ["sport", "=", ":\(place)"] }
    let host = place[..<colon]
    return host.isEmpty || host == "*" ? ["sport", "=", String(place[colon...])] : ["src", place]
  }
}
