internal import ArgumentParser
internal import SockDiag

/// `sockdiag` without a subcommand: the sockets that clients can reach.
struct Listeners: TakesFilter, EntersItself {
  static let configuration = CommandConfiguration(
    _superCommandName: Sockdiag.name,
    abstract: "Shows listening TCP and unconnected UDP sockets, by port.",
    discussion: """
      'sockdiag' without a subcommand does the same. It takes the options of 'sockdiag list'.

      On a terminal, the sockets of one program at one address are one row, with its fullest queue: \
      nginx(812) +4 workers. -p gives each socket a row and shows all of its processes, as a pipe does.
      """)

  @OptionGroup(title: "Which sockets")
  var selection: SelectionOptions

  @OptionGroup(title: "Which sockets")
  var everywhere: AllNamespacesOption

  @OptionGroup(title: "What is shown")
  var output: OutputOptions

  @OptionGroup(title: "What is shown")
  var holders: HolderOptions

  @OptionGroup(title: "What is shown")
  var summary: SummaryOption

  @OptionGroup(title: "How it is shown")
  var table: TableOptions

  @OptionGroup(title: "How it is shown")
  var colour: ColourOption

  func run() throws {
    let outside = try selection.namespace.enterOrLookFromOutside()
    if summary.summary { return try summary.show(selection, output, everywhere: everywhere, orIn: outside) }
    var listing = try LiveListing(output, table, colour)
    listing.sortsByPort = true
    // In a pipe every socket keeps its row and every process its descriptors: programs count lines and cut fields.
    listing.holders = holders.processes || !listing.style.terminal.isTerminal ? .each : .byProgram
    try listing.run(selection, default: .listeners, everywhere: everywhere, orIn: outside)
  }
}
