internal import SockDiag
internal import SockDiagWire

/// Shows events as text, and writes each at once.
protocol EventRenderer: AnyObject {
  /// Writes the header, before the first event.
  func begin() throws(CommandFailure)
  /// Shows one event.
  ///
  /// - Parameters:
  ///   - time: When it was read.
  ///   - namespace: Its network namespace, if those of all are shown.
  func render(_ event: SocketEvent, at time: Timestamp, in namespace: NamespaceTag?) throws(CommandFailure)
}

/// Shows events as a table. It leaves gaps out: the caller reports them on standard error.
final class EventTableRenderer: EventRenderer {
  /// The width of the longest IPv4 address with its port. The lengths of later events are unknown; longer ones widen the
  /// column.
  private static let addressWidth = 21

  private let columns: [TableColumn]
  private let details: DetailLines?
  private let showsColour: Bool
  private var page: TablePage
  private var cells: SocketCells
  private var output: ByteOutput

  init(
    showsHeader: Bool, details: DetailLines?, showsNamespace: Bool = false, interfaces: InterfaceNames,
    terminal: Terminal, output: consuming ByteOutput
  ) {
    self.details = details
    showsColour = terminal.showsColour
    columns = showsNamespace ? [.namespace, .netID, .local, .remote] : [.netID, .local, .remote]
    var namespace = TableColumn.namespace.tableColumn
    namespace.minimumWidth = 8
    page = TablePage(
      [TablePage.Column(title: "Time", minimumWidth: 12)] + (showsNamespace ? [namespace] : []) + [
        TablePage.Column(title: "Proto", minimumWidth: 5),
        TablePage.Column(title: "Local", minimumWidth: Self.addressWidth, yielding: .address, rank: 0),
        TablePage.Column(title: "Peer", minimumWidth: Self.addressWidth, yielding: .address, rank: 1),
      ], showsHeader: showsHeader, limit: terminal.isTerminal ? terminal.width : nil)
    cells = SocketCells(interfaces: interfaces)
    self.output = output
  }

  /// The text that is not written yet, if the output has no descriptor.
  var text: [UInt8] { output.bytes }

  func begin() throws(CommandFailure) { try flush() }

  func render(_ event: SocketEvent, at time: Timestamp, in namespace: NamespaceTag?) throws(CommandFailure) {
    guard case .destroyed(let socket) = event else { return }
    page.cell(.faint) { time.appendLocal(to: &$0) }
    let notes = SocketNotes(namespace: namespace)
    cells.interfaces.use(namespace)
    for column in columns { page.cell { cells.append(column, of: socket, notes, to: &$0) } }
    page.endRow { details?.append(socket, to: &$0) }
    try flush()
  }

  private func flush() throws(CommandFailure) {
    try page.flush(to: &output, colour: showsColour)
    try output.flush()
  }
}

/// Shows events as lines of JSON: a socket with the fields of `list` and two more, or a gap.
final class EventLineRenderer: EventRenderer {
  private var interfaces: InterfaceNames
  private var output: ByteOutput

  init(interfaces: InterfaceNames, output: consuming ByteOutput) {
    self.interfaces = interfaces
    self.output = output
  }

  /// The text that is not written yet, if the output has no descriptor.
  var text: [UInt8] { output.bytes }

  func begin() {}

  func render(_ event: SocketEvent, at time: Timestamp, in namespace: NamespaceTag?) throws(CommandFailure) {
    switch event {
    case .destroyed(let socket):
      let fields = SocketFields(socket, SocketNotes(namespace: namespace), interfaces: &interfaces)
      output.bytes.appendJSONLine(DestroyedFields(time: time, socket: fields))
    case .gap(let gap): output.bytes.appendJSONLine(GapFields(time: time, gap: gap, namespace: namespace))
    }
    try output.flush()
  }
}

/// The JSON fields of a socket that ended.
private struct DestroyedFields: FieldWritable {
  let time: Timestamp
  let socket: SocketFields<InetSocket>

  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.text("event", "destroyed")
    writer.text("time", time.utc)
    socket.writeFields(to: &writer)
  }
}

/// The JSON fields of a gap: events that were lost.
private struct GapFields: FieldWritable {
  let time: Timestamp
  let gap: EventGap
  let namespace: NamespaceTag?

  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.text("event", "gap")
    writer.text("time", time.utc)
    writer.number("dropped", gap.dropped)
    if gap.malformed > 0 { writer.number("malformed", gap.malformed) }
    writer.object("network_namespace", namespace)
  }
}
