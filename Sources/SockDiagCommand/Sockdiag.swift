internal import ArgumentParser
internal import SockDiagWire

/// The root of the command line: the list of the subcommands, the general help and the version.
struct Sockdiag: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sockdiag",
    abstract: "Shows sockets, read from the Linux kernel through sock_diag.",
    usage: """
      sockdiag [<options>]
      sockdiag <subcommand>
      """,
    discussion: """
      Without a subcommand it shows the sockets that listen on this host. It takes the options of 'sockdiag list': \
      'sockdiag -t' shows listening TCP sockets, and 'sockdiag -ta' all TCP sockets.

      \(ExitStatus.summary)
      """,
    version: "0.1.0",
    subcommands: [
      Listeners.self, List.self, Events.self, Why.self, Wait.self, Kill.self, Check.self, Demo.self, Destroy.self,
      Record.self, Decode.self, Bench.self,
    ],
    defaultSubcommand: Listeners.self)

  static let subcommandNames = configuration.subcommands.map { $0._commandName }

  /// The first word after `help` that names no subcommand, or the second subcommand where two are named.
  static func unknownTopic(in words: ArraySlice<String>) -> String? {
    let topics = words.filter { !$0.hasPrefix("-") }
    return topics.first { $0 != "help" && !subcommandNames.contains($0) } ?? topics.dropFirst().first
  }

  /// The error for a word that names no subcommand.
  static func unknownSubcommand(_ word: String) -> CommandFailure {
    let cure = NearestNames.cure(
      for: word, among: subcommandNames, otherwise: "subcommands are \(subcommandNames.joined(separator: ", "))")
    return .usage("'\(word)' is not a subcommand; \(cure)")
  }
}
