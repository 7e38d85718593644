/// What a command line asks for, by its first words.
enum CommandChoice {
  /// A subcommand, with the words that belong to it.
  case subcommand(Subcommand, [String])
  /// The help of a subcommand; `nil` for the general help.
  case help(Subcommand?)
  case version
  /// A request of a completion script or of the manual's source, which the argument parser answers.
  case completion([String])

  /// Reads the first words. O(n) in the number of words.
  ///
  /// - Parameter words: The words after the name of the command.
  init(_ words: [String]) throws(UsageFault) {
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
    } else if first == "---completion" || first.hasPrefix("--generate-completion-script")
      || words.contains("--experimental-dump-help")
    {
      self = .completion(words)
    } else if words.count == 1, first == "-V" || first == "--version" {
      self = .version
    } else if PortShorthand.isQuestion(words) {
      self = .subcommand(Subcommand("why", Why.self), words)
    } else {
      self = .subcommand(.standard, words)
    }
  }

  /// The subcommand after `help`.
  private static func topic(_ words: ArraySlice<String>) throws(UsageFault) -> Subcommand? {
    let topics = words.filter { !$0.hasPrefix("-") }
    guard let topic = topics.first, topic != "help" else { return nil }
    guard let subcommand = Subcommand.named(topic) else { throw .foreignWord(topic, []) }
    if let second = topics.dropFirst().first, Subcommand.named(second) == nil { throw .foreignWord(second, []) }
    return subcommand
  }
}
