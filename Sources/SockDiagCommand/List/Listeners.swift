internal import ArgumentParser
internal import SockDiag
internal import SockDiagWire

/// `sockdiag` alone: who can be reached here.
struct Listeners: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows listening TCP and unconnected UDP sockets, by port.",
    discussion: "It takes the options of 'sockdiag list', and is what 'sockdiag' does without a subcommand.")

  @OptionGroup(title: "Which sockets")
  var selection: SelectionOptions

  @OptionGroup(title: "What is shown")
  var output: OutputOptions

  /// Accepted for the habit's sake: processes are always shown.
  @OptionGroup(title: "What is shown")
  var holders: HolderOptions

  func run() throws {
    if let word = selection.filter.first, !SocketFilter.begins(with: word) { throw Self.unknownSubcommand(word) }
    let selection = try selection.selection(default: .listeners, details: output.details)
    try LiveListing(output: output, sortsByPort: true, showsHolders: true).run(selection)
  }

  /// A first word that is no filter was meant as a subcommand.
  private static func unknownSubcommand(_ word: String) -> CommandFailure {
    let names = Sockdiag.subcommandNames
    let cure = NearestNames.cure(
      for: word, among: names, otherwise: "subcommands are \(names.joined(separator: ", "))")
    return .usage("'\(word)' is not a subcommand; \(cure)")
  }
}
