internal import SockDiag

/// Shows sockets as a table.
final class TableRenderer: SocketRenderer {
  private var page: TablePage
  private var cells: InetCells
  private let columns: [InetTableShape.Column]
  private let details: DetailLines?
  private let terminal: Terminal
  private(set) var output: ByteOutput

  init(
    _ shape: InetTableShape, showsHeader: Bool, details: DetailLines? = nil, interfaces: InterfaceNames,
    terminal: Terminal, output: consuming ByteOutput
  ) {
    columns = shape.columns
    page = TablePage(shape.tableColumns, showsHeader: showsHeader)
    cells = InetCells(interfaces: interfaces)
    self.details = details
    self.terminal = terminal
    self.output = output
  }

  func render(_ socket: InetSocket) throws(CommandFailure) {
    for column in columns { page.cell { cells.append(column, of: socket, to: &$0) } }
    page.endRow(Paint(socket)) { details?.append(socket, to: &$0) }
    if page.isFull { try page.flush(to: &output, colour: terminal.showsColour) }
  }

  func finish() throws(CommandFailure) {
    try page.flush(to: &output, colour: terminal.showsColour)
    try output.flush()
  }
}

extension Paint {
  /// A listener is what is looked for; what is on its way in or out is worth a glance; a TIME_WAIT record is not.
  init(_ socket: InetSocket) {
    switch socket.state {
    case .listen: self = .good
    case .established, .close, .boundInactive: self = .none
    case .timeWait: self = .faint
    default: self = .passing
    }
  }
}
