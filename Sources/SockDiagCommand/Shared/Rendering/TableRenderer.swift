internal import SockDiag

/// Shows sockets as a table.
final class TableRenderer: SocketRenderer {
  /// All that changes, in one value: each access to a member of a class is checked at run time, and a row makes a
  /// hundred of them.
  private var table: Table

  /// Creates a renderer.
  ///
  /// - Parameter notes: For which notes there are columns.
  init(
    _ shape: TableShape, showsHeader: Bool, notes: SocketNotes.Kinds = [], details: DetailLines? = nil,
    interfaces: InterfaceNames, terminal: Terminal, output: consuming ByteOutput
  ) {
    table = Table(
      columns: shape.columns, notes: notes, details: details, showsColour: terminal.showsColour,
      page: TablePage(shape.tableColumns + notes.tableColumns, showsHeader: showsHeader),
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

  /// The text that is not written yet, if the output has no descriptor.
  var text: [UInt8] { table.output.bytes }
}

private struct Table: ~Copyable {
  let columns: [TableShape.Column]
  let notes: SocketNotes.Kinds
  let details: DetailLines?
  let showsColour: Bool
  var page: TablePage
  var cells: SocketCells
  var output: ByteOutput
  var isEmpty = true

  mutating func append(_ socket: some ShownSocket, _ notes: SocketNotes) throws(CommandFailure) {
    isEmpty = false
    for column in columns { page.cell { cells.append(column, of: socket, to: &$0) } }
    if self.notes.contains(.holders) { page.cell { $0.append(notes.holders ?? HolderList(entries: [])) } }
    if self.notes.contains(.result) { page.cell { $0.append(contentsOf: (notes.result ?? "-").utf8) } }
    page.endRow(Paint(socket)) { details?.append(socket, notes.holders, to: &$0) }
    if page.isFull { try page.flush(to: &output, colour: showsColour) }
  }

  mutating func finish() throws(CommandFailure) {
    try page.flush(to: &output, colour: showsColour)
    try output.flush()
  }
}

extension Paint {
  /// Listeners stand out, connections that open or close too, and TIME_WAIT records are faint.
  init(_ socket: some KernelSocket) {
    switch socket.state {
    case .listen: self = .good
    case .established, .close, .boundInactive: self = .none
    case .timeWait: self = .faint
    default: self = .passing
    }
  }
}
