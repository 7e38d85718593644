internal import ArgumentParser
internal import SockDiag

/// `sockdiag destroy`: closes sockets without their processes.
struct Destroy: TakesFilter {
  static let configuration = CommandConfiguration(
    abstract: "Destroys the sockets of a filter: closes connections, ends listeners, removes time-wait records.",
    discussion: """
      Shows the sockets, asks, and destroys exactly those. It names each by its cookie, so a new socket at the same \
      addresses is safe. It needs CAP_NET_ADMIN and a kernel built with CONFIG_INET_DIAG_DESTROY.

      The peer of a connection gets a reset, and the process on this host gets ECONNABORTED. A listener, a UDP socket or \
      another socket whose process chose the port stays bound to the port until the process closes it.

      Without -a, -l, -B and states it takes all states but bound-inactive, which the kernel cannot destroy.

      Results: destroyed; gone (closed in the meantime); denied (a privilege is missing); unsupported by the kernel; \
      only-bound; shadowed by another socket at the same address; failed.

      Exit status: 0 if none of the sockets is left, if none matches, and with --dry-run; 71 if some still exist or you \
      answered no; 77 if a privilege is missing.
      """)

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false

  @Flag(help: "Show the sockets and destroy none.")
  var dryRun = false

  @OptionGroup(title: "Which sockets")
  var selection: SelectionOptions

  @OptionGroup(title: "What is shown")
  var output: OutputOptions

  @OptionGroup(title: "How it is shown")
  var table: TableOptions

  @OptionGroup(title: "How it is shown")
  var colour: ColourOption

  func run() throws {
    let format = try output.format()
    let style = try DestroyedTable(output, table, colour, format)
    var selection = try selection.selectionToDestroy(details: style.details)
    selection.includesStorages = output.bpf
    guard dryRun || yes || Question.isPossible else {
      throw CommandFailure.usage(
        "there is no terminal to ask on; give --yes to destroy without a question, or --dry-run to see the sockets")
    }
    var destruction = try Destruction(selection, order: style.order)
    guard !destruction.sockets.isEmpty else {
      // Programs expect a list, even an empty one.
      if format == .json { try style.show(destruction, selection, showsResults: false) }
      return try destruction.end(saying: "no socket matches")
    }
    if dryRun {
      try style.show(destruction, selection, showsResults: false)
      return try destruction.end()
    }
    if !yes {
      guard try style.isWanted(&destruction, selection) else {
        if format == .json { try style.show(destruction, selection, showsResults: false) }
        throw CommandFailure(.system, "nothing was destroyed")
      }
    }
    Progress.during("destroying \(destruction.sockets.count.counted("socket"))") { destruction.destroyAll() }
    try style.show(destruction, selection, showsResults: true)
    try destruction.end()
  }
}

extension SelectionOptions {
  /// Compiles the options. Without a filter it fails, so that a slip does not destroy everything.
  func selectionToDestroy(details: InetDetails) throws(CommandFailure) -> Selection {
    let missing = CommandFailure.usage(
      "no filter says which sockets to destroy; write one, such as 'state time-wait' or 'dport = :443', and check it"
        + " with --dry-run")
    // A script passes an empty word if its variable is empty.
    let hasWords = !filter.allSatisfy { $0.allSatisfy(\.isWhitespace) }
    guard hasWords || filterFile != nil else { throw missing }
    var options = self
    // The states that the kernel can destroy.
    if breadth == nil, !boundInactive { options.breadth = .all }
    var selection = try options.selection(default: .connected, details: details)
    // An empty file is such a slip too.
    guard hasWords || selection.filter != .everything else { throw missing }
    if !boundInactive, !selection.filter.namesStates { selection.tcp.subtract(.boundInactive) }
    return selection
  }
}
