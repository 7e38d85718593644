internal import SockDiag

/// Shows sockets as a table.
final class TableRenderer: SocketRenderer {
  /// All that changes, in one value: each access to a member of a class is checked at run time, and a row makes a
  /// hundred of them.
  private var table: Table

  /// Creates a renderer.
  ///
  /// - Parameter isWide: Whether to show whole cells on a terminal too. In a pipe or a file they always are: programs
  ///   read them.
  init(
    _ shape: TableShape, showsHeader: Bool, details: DetailLines? = nil, isWide: Bool = false,
    interfaces: InterfaceNames, terminal: Terminal, output: consuming ByteOutput
  ) {
    table = Table(
      columns: shape.columns, details: details, showsColour: terminal.showsColour,
      page: TablePage(
        shape.columns.map(\.tableColumn), showsHeader: showsHeader,
        limit: terminal.isTerminal && !isWide ? terminal.width : nil),
      cells: SocketCells(interfaces: interfaces), output: output)
  }

  @specialized(where Socket == InetSocket)
  func render<Socket: ShownSocket>(_ socket: Socket, _ notes: SocketNotes) throws(CommandFailure) {
    try table.append(socket, notes)
  }

  func finish(afterFailure hasFailed: Bool) throws(CommandFailure) {
    if table.isEmpty, hasFailed { return }
    try table.finish()
  }

  func use(_ names: EndpointBook) { table.cells.endpoints = names }

  var isEmpty: Bool { table.isEmpty }
  var omittedColumns: [String] { table.page.omittedTitles }

  /// The text that is not written yet, if the output has no descriptor.
  var text: [UInt8] { table.output.bytes }
}

private struct Table: ~Copyable {
  let columns: [TableColumn]
  let details: DetailLines?
  let showsColour: Bool
  var page: TablePage
  var cells: SocketCells
  var output: ByteOutput
  var isEmpty = true

  mutating func append(_ socket: some ShownSocket, _ notes: SocketNotes) throws(CommandFailure) {
    isEmpty = false
    cells.interfaces.use(notes.namespace)
    for column in columns {
      page.cell(showsColour ? Paint(column, of: socket) : .none) { cells.append(column, of: socket, notes, to: &$0) }
    }
    page.endRow { details?.append(socket, notes.holders, to: &$0) }
    if page.isFull { try page.flush(to: &output, colour: showsColour) }
  }

  mutating func finish() throws(CommandFailure) {
    try page.flush(to: &output, colour: showsColour)
    try output.flush()
  }
}
