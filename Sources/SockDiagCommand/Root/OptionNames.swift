internal import ArgumentParser

/// The names of the options of a subcommand, read from its help. Only messages need them.
enum OptionNames {
  /// Without the hyphens.
  static func long(of subcommand: Subcommand) -> [String] {
    names(of: subcommand, "--").map { String($0.dropFirst(2)) }
  }

  /// With the hyphen.
  static func short(of subcommand: Subcommand) -> [String] { names(of: subcommand, "-").filter { $0.count == 2 } }

  private static func names(of subcommand: Subcommand, _ prefix: String) -> [String] {
    var names: [String] = []
    for line in Sockdiag.helpMessage(for: subcommand.type, columns: 200).split(separator: "\n")
    where line.hasPrefix("  -") {
      // Two blanks end the names.
      for word in line.dropFirst(2).prefix(while: { $0 != "<" }).split(separator: " ", omittingEmptySubsequences: false)
      {
        if word.isEmpty { break }
        let name = word.hasSuffix(",") ? word.dropLast() : word
        if name.hasPrefix(prefix) { names.append(String(name)) }
      }
    }
    return names
  }
}
