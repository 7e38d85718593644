internal import ArgumentParser
internal import SockDiag

/// `sockdiag` without a subcommand: the sockets that clients can reach.
struct Listeners: TakesFilter {
  static let configuration = CommandConfiguration(
    _superCommandName: Sockdiag.name,
    abstract: "Shows listening TCP and unconnected UDP sockets, by port.",
    discussion: "'sockdiag' without a subcommand does the same. It takes the options of 'sockdiag list'.")

  @OptionGroup(title: "Which sockets")
  var selection: SelectionOptions

  @OptionGroup(title: "What is shown")
  var output: OutputOptions

  /// Ignored: processes are always shown.
  @OptionGroup(title: "What is shown")
  var holders: HolderOptions

  @OptionGroup(title: "What is shown")
  var summary: SummaryOption

  func run() throws {
    if summary.summary { return try summary.show(selection, output) }
    let selection = try selection.selection(default: .listeners, details: output.details)
    try LiveListing(output: output, sortsByPort: true, showsHolders: true).run(selection)
  }
}
