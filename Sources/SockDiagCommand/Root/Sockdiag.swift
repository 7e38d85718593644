internal import ArgumentParser

/// The root of the command line with all subcommands.
///
/// Only the completion scripts, the manual and the tests need the whole tree. ``SockDiagTool`` parses the chosen subcommand
/// alone, because the argument parser looks at each subcommand of a tree, which takes three quarters of the time to start.
struct Sockdiag: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: name,
    abstract: "Shows sockets, read from the Linux kernel through sock_diag.",
    usage: """
      sockdiag [<options>]
      sockdiag <subcommand>
      """,
    discussion: HelpPage.notes,
    version: version,
    groupedSubcommands: Subcommand.groups.map { CommandGroup(name: $0.title, subcommands: $0.members.map(\.type)) },
    defaultSubcommand: Subcommand.standard.type)

  static let version = "0.1.0"

  /// The name of the tool. A subcommand that has it as `_superCommandName` starts faster: the argument parser then does
  /// not look for a request of a completion script, which takes a quarter of its time.
  static let name = "sockdiag"
}
