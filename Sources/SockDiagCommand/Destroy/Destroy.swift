internal import ArgumentParser
internal import Glibc
internal import SockDiag

/// `sockdiag destroy`: an end for sockets, whatever their processes do.
struct Destroy: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Destroys the sockets of a filter: closes connections, ends listeners, removes time-wait records.",
    discussion: """
      Shows the sockets, asks, and destroys those and no others: by cookie, so that a new socket at the same addresses \
      is not touched. It takes CAP_NET_ADMIN, and a kernel built with CONFIG_INET_DIAG_DESTROY.

      The peer of a connection gets a reset, and its process here ECONNABORTED. A listener, a UDP socket and any other \
      whose process chose the port stay bound to it until the process closes them.

      Without -a, -l, -B and states: all states but bound-inactive, which the kernel cannot destroy.

      Results: destroyed; gone before it was its turn; denied for want of privilege; unsupported by the kernel; \
      only-bound; shadowed by another socket of the same address; failed.

      Exits with 0 if none of them is left, with --dry-run, and if none matches; 71 if some are still there, after a no to \
      the question all of them; 77 if a privilege is missing.
      """)

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false

  @Flag(help: "Only show what would be destroyed.")
  var dryRun = false

  @OptionGroup(title: "Which sockets")
  var selection: SelectionOptions

  @OptionGroup(title: "What is shown")
  var output: OutputOptions

  func run() throws {
    let selection = try selection.selectionToDestroy(details: output.details)
    let format = try output.format()
    guard dryRun || yes || Question.isPossible else {
      throw CommandFailure.usage(
        "there is no terminal to ask on; give --yes to destroy without a question, or --dry-run to see what would be")
    }
    var destruction = try Destruction(selection)
    guard !destruction.sockets.isEmpty else {
      // Programs get the empty list that they expect.
      if format == .json { try show(destruction, selection, showsResults: false) }
      return try destruction.end(saying: "no socket matches")
    }
    if dryRun {
      try show(destruction, selection, showsResults: false)
      return try destruction.end()
    }
    if !yes {
      guard try isWanted(&destruction, selection) else {
        if format == .json { try show(destruction, selection, showsResults: false) }
        throw CommandFailure(.system, "nothing was destroyed")
      }
    }
    destruction.destroyAll()
    try show(destruction, selection, showsResults: true)
    try destruction.end()
  }

  private func show(_ destruction: borrowing Destruction, _ selection: Selection, showsResults: Bool) throws {
    let renderer = try output.renderer(
      for: selection, interfaces: InterfaceNames(.host), notes: showsResults ? .result : [])
    try destruction.show(with: renderer)
  }

  /// Asks. What is asked about is part of the question, so it stands where that stands, and standard output has the
  /// results alone.
  private func isWanted(_ destruction: inout Destruction, _ selection: Selection) throws -> Bool {
    let table = output.table(
      for: selection, interfaces: InterfaceNames(.host), notes: [], terminal: .standardError,
      output: ByteOutput(descriptor: STDERR_FILENO))
    try destruction.show(with: table)
    destruction.sayRemarks()
    let count = destruction.sockets.count
    return try Question.isAnsweredYes(count == 1 ? "Destroy this socket?" : "Destroy these \(count) sockets?")
  }
}

extension SelectionOptions {
  /// Compiles the options of a command that nobody wants to take everything by a slip.
  func selectionToDestroy(details: InetDetails) throws(CommandFailure) -> Selection {
    // A script whose variable is empty passes a word all the same.
    guard !filter.allSatisfy({ $0.allSatisfy(\.isWhitespace) }) else {
      throw .usage(
        "no filter says which sockets to destroy; write one, such as 'state time-wait' or 'dport = :443', and see with"
          + " --dry-run what it takes")
    }
    var options = self
    // All that the kernel can destroy.
    if breadth == nil, !boundInactive { options.breadth = .all }
    return try options.selection(default: .connected, details: details)
  }
}
