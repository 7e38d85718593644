/// The options whose value is the next word: those of `why` and of the subcommands that take a filter.
enum OptionValues {
  static let short = "ADFNf"
  static let long = [
    "--netns", "--family", "--query", "--socket", "--filter", "--as", "--uid", "--device", "--color", "--sort",
    "--columns", "--buffer", "--type",
  ]

  /// Whether the word after this one is a value. In a cluster such as `-tlN`, the last letter counts.
  static func areExpected(after word: String) -> Bool {
    if word.hasPrefix("--") { return long.contains(word) }
    guard word.hasPrefix("-"), let last = word.last else { return false }
    return short.contains(last) && word.dropFirst().dropLast().allSatisfy { !short.contains($0) }
  }
}
