internal import ArgumentParser

/// The parser's view of the command: what stands above the subcommands.
struct Sockdiag: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sockdiag",
    abstract: "Shows sockets, read from the Linux kernel through sock_diag.",
    usage: """
      sockdiag [<options>]
      sockdiag <subcommand>
      """,
    discussion: """
      Without a subcommand: who listens here. The options are those of 'sockdiag list', so that 'sockdiag -t' shows \
      listening TCP sockets and 'sockdiag -ta' all TCP sockets.

      \(ExitStatus.summary)
      """,
    version: "0.1.0",
    subcommands: [
      Listeners.self, List.self, Events.self, Why.self, Wait.self, Kill.self, Check.self, Demo.self, Destroy.self,
      Record.self, Decode.self, Bench.self,
    ],
    defaultSubcommand: Listeners.self)

  static let subcommandNames = configuration.subcommands.map { $0._commandName }
}
