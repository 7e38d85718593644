internal import SockDiag
internal import SockDiagWire

/// Makes text of events, each written at once.
protocol EventRenderer: AnyObject {
  /// Shows what stands above all events, while there are none yet.
  func begin() throws(CommandFailure)
  /// Shows one event.
  ///
  /// - Parameter time: When it was read.
  func render(_ event: SocketEvent, at time: Timestamp) throws(CommandFailure)
}

/// Shows events as a table. Gaps have no place in it; who reads events says them elsewhere.
final class EventTableRenderer: EventRenderer {
  private static let columns: [InetTableShape.Column] = [.transport, .local, .remote]
  /// Nobody knows what is to come, so columns are as wide as the longest IPv4 address with its port, and grow with what
  /// is longer.
  private static let addressWidth = 21

  private let details: DetailLines?
  private var page: TablePage
  private var cells: InetCells
  private var output: ByteOutput

  init(showsHeader: Bool, details: DetailLines?, interfaces: InterfaceNames, output: consuming ByteOutput) {
    self.details = details
    page = TablePage(
      [
        TablePage.Column(title: "Time", minimumWidth: 12), TablePage.Column(title: "Proto", minimumWidth: 5),
        TablePage.Column(title: "Local", minimumWidth: Self.addressWidth),
        TablePage.Column(title: "Peer", minimumWidth: Self.addressWidth),
      ], showsHeader: showsHeader)
    cells = InetCells(interfaces: interfaces)
    self.output = output
  }

  /// What is not written yet, where nothing is written before the caller takes it.
  var text: [UInt8] { output.bytes }

  func begin() throws(CommandFailure) { try flush() }

  func render(_ event: SocketEvent, at time: Timestamp) throws(CommandFailure) {
    guard case .destroyed(let socket) = event else { return }
    page.cell { time.appendLocal(to: &$0) }
    for column in Self.columns { page.cell { cells.append(column, of: socket, to: &$0) } }
    page.endRow(.none) { details?.append(socket, to: &$0) }
    try flush()
  }

  private func flush() throws(CommandFailure) {
    try page.flush(to: &output, colour: false)
    try output.flush()
  }
}

/// Shows events as lines of JSON: a socket as `list` shows it with two more keys, or a gap.
final class EventLineRenderer: EventRenderer {
  private var interfaces: InterfaceNames
  private var output: ByteOutput

  init(interfaces: InterfaceNames, output: consuming ByteOutput) {
    self.interfaces = interfaces
    self.output = output
  }

  /// What is not written yet, where nothing is written before the caller takes it.
  var text: [UInt8] { output.bytes }

  func begin() {}

  func render(_ event: SocketEvent, at time: Timestamp) throws(CommandFailure) {
    switch event {
    case .destroyed(let socket):
      output.bytes.appendJSONLine(DestroyedFields(time: time, socket: SocketFields(socket, interfaces: &interfaces)))
    case .gap(let gap): output.bytes.appendJSONLine(GapFields(time: time, gap: gap))
    }
    try output.flush()
  }
}

/// The JSON fields of a socket that ended.
private struct DestroyedFields: FieldWritable {
  let time: Timestamp
  let socket: SocketFields

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

  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.text("event", "gap")
    writer.text("time", time.utc)
    writer.number("dropped", gap.dropped)
    if gap.malformed > 0 { writer.number("malformed", gap.malformed) }
  }
}
