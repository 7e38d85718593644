internal import SockDiagWire

/// What a command line asks for, by its first words.
enum CommandChoice {
  /// A subcommand, with the words that belong to it.
  case subcommand(Subcommand, [String])
  /// The help of a subcommand; `nil` for the general help.
  case help(Subcommand?)
  /// A request of a completion script, which the argument parser answers.
  case completion([String])

  /// Reads the first words. O(n) in the number of words.
  ///
  /// - Parameter words: The words after the name of the command.
  init(_ words: [String]) throws(CommandFailure) {
    guard let first = words.first else {
      self = .subcommand(.standard, [])
      return
    }
    if let subcommand = Subcommand.named(first) {
      self = .subcommand(subcommand, Array(words.dropFirst()))
    } else if first == "help" {
      self = .help(try Self.topic(words.dropFirst()))
    } else if words.count == 1, first == "-h" || first == "--help" {
      self = .help(nil)
    } else if first == "---completion" || first.hasPrefix("--generate-completion-script") {
      self = .completion(words)
    } else {
      self = .subcommand(.standard, words)
    }
  }

  /// The subcommand after `help`.
  private static func topic(_ words: ArraySlice<String>) throws(CommandFailure) -> Subcommand? {
    let topics = words.filter { !$0.hasPrefix("-") }
    guard let topic = topics.first, topic != "help" else { return nil }
    guard let subcommand = Subcommand.named(topic) else { throw unknownSubcommand(topic) }
    if let second = topics.dropFirst().first { throw unknownSubcommand(second) }
    return subcommand
  }

  /// The error for a word that names no subcommand.
  static func unknownSubcommand(_ word: String) -> CommandFailure {
    let names = Subcommand.names
    let cure = NearestNames.cure(
      for: word, among: names, otherwise: "subcommands are \(names.joined(separator: ", "))")
    return .usage("'\(word)' is not a subcommand; \(cure)")
  }
}
