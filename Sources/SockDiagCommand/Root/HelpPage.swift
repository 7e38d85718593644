internal import ArgumentParser

/// The text that `--help` shows.
enum HelpPage {
  static func text(of subcommand: Subcommand?) -> String {
    guard let subcommand else { return Sockdiag.helpMessage() }
    return Sockdiag.helpMessage(for: subcommand.type)
  }
}
