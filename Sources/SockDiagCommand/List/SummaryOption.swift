internal import ArgumentParser

/// The option for counts instead of sockets.
struct SummaryOption: ParsableArguments {
  @Flag(
    name: .shortAndLong,
    help:
      "Counts by protocol, state and family instead of sockets; of all states unless options or the filter name some.")
  var summary = false

  /// Shows the summary of the sockets that the options choose.
  func show(_ selection: SelectionOptions, _ output: OutputOptions) throws {
    let format = try output.format()
    // Like ss -s, which counts all sockets.
    try SocketSummary.show(selection.selection(default: .everything), format)
  }
}
