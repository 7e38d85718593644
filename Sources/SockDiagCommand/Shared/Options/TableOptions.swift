internal import ArgumentParser
internal import SockDiag

/// The options that choose columns, order and width of a table.
struct TableOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Sort by columns or figures, a - before those that start from the largest: -recv-q,local. The rows wait for all"
        + " sockets.", valueName: "keys"), completion: Completions.columns)
  var sort: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The columns, or +user,age to add some to the usual ones. 'help' lists them.", valueName: "names"),
    completion: Completions.columns)
  var columns: String?

  @Flag(help: "On a terminal, show long cells whole; otherwise they are shortened to its width.")
  var wide = false

  @Flag(name: .shortAndLong, help: "Names of hosts and services in the table, where they are found in time.")
  var resolve = false
}

extension TableOptions {
  /// The order to sort by; `nil` if none is asked for.
  func order() throws(CommandFailure) -> SortOrder? {
    guard let sort else { return nil }
    return try SortOrder(sort)
  }

  /// The columns to show; `nil` for the usual ones.
  func columnChoice(_ format: OutputFormat) throws -> ColumnChoice? {
    guard let columns else { return nil }
    if columns == "help" {
      var page = ByteOutput()
      page.bytes.append(contentsOf: "\(TableColumn.helpText)\n".utf8)
      try page.flush()
      throw ExitCode.success
    }
    guard format == .table else {
      throw CommandFailure.usage(
        "--columns is about the table, and JSON always has all fields; leave --columns out, or --json and --ndjson")
    }
    return try ColumnChoice(columns)
  }
}

/// How a table of sockets is shown.
struct TableStyle {
  var columns: ColumnChoice?
  var isWide = false
  var terminal = Terminal.plain
}
