internal import Glibc
internal import SockDiag

/// How `destroy` shows its sockets: before it asks, and with the results.
struct DestroyedTable {
  private let output: OutputOptions
  private let colour: ColourOption
  private let columns: ColumnChoice?
  private let isWide: Bool
  let order: SortOrder?

  init(
    _ output: OutputOptions, _ table: TableOptions, _ colour: ColourOption, _ format: OutputFormat
  ) throws {
    self.output = output
    self.colour = colour
    columns = try table.columnChoice(format)
    isWide = table.wide
    order = try table.order()
    guard columns?.needsHolders != true, order?.needsHolders != true else {
      throw CommandFailure.usage(
        "'destroy' does not look for processes; 'sockdiag list -p' shows them, and takes the same filter")
    }
    guard !table.resolve else {
      throw CommandFailure.usage("'destroy' shows numbers, which are exact; 'sockdiag list -r' shows names")
    }
  }

  /// The details to request.
  var details: InetDetails {
    output.details.union(columns?.neededDetails ?? []).union(order?.neededDetails ?? [])
  }

  /// Shows the sockets on standard output.
  func show(_ destruction: borrowing Destruction, _ selection: Selection, showsResults: Bool) throws {
    let renderer = try output.renderer(
      for: selection, interfaces: InterfaceNames(.host), notes: showsResults ? .result : [],
      style: TableStyle(columns: columns, isWide: isWide, terminal: .standardOutput(colour.color)))
    try destruction.show(with: renderer)
  }

  /// Asks. The list of sockets is part of the question, so it goes to standard error too. Standard output has only the
  /// results.
  func isWanted(_ destruction: inout Destruction, _ selection: Selection) throws -> Bool {
    let table = output.table(
      for: selection, interfaces: InterfaceNames(.host), notes: [],
      style: TableStyle(columns: columns, isWide: isWide, terminal: .standardError(colour.color)),
      output: ByteOutput(descriptor: STDERR_FILENO))
    try destruction.show(with: table)
    destruction.sayRemarks()
    let count = destruction.sockets.count
    return try Question.isAnsweredYes(count == 1 ? "Destroy this socket?" : "Destroy these \(count) sockets?")
  }
}
