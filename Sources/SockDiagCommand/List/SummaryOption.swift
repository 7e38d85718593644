internal import ArgumentParser
internal import SockDiag
internal import SockDiagWire

/// The option for counts instead of sockets.
struct SummaryOption: ParsableArguments {
  @Flag(
    name: .shortAndLong,
    help:
      "Counts by protocol, state and family instead of sockets; of all states unless options or the filter name some.")
  var summary = false

  /// Shows the summary of the sockets that the options choose.
  func show(
    _ options: SelectionOptions, _ output: OutputOptions, everywhere: AllNamespacesOption,
    orIn outside: NetworkNamespace?
  ) throws {
    let format = try output.format()
    var remarks = Remarks()
    let namespaces = try everywhere.namespaces(besides: options.namespace, orIn: outside, &remarks)
    // Like ss -s, which counts all sockets.
    let selection = try options.selection(
      default: .everything, names: namespaces == nil ? HostNames() : ManyNamespacesFilterNames())
    try SocketSummary.show(selection, namespaces, format, &remarks)
  }
}
