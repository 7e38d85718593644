internal import SockDiagWire

/// Shows sockets as JSON: one array, or a line for each.
final class JSONRenderer: SocketRenderer {
  enum Form { case array, lines }

  private let form: Form
  private var interfaces: InterfaceNames
  private let cgroups: CgroupNames?
  private var array = JSONArray(isOnLines: true)
  private(set) var isEmpty = true
  private var output: ByteOutput

  /// Creates a renderer.
  ///
  /// - Parameter cgroups: The paths of cgroups, if they are wanted.
  init(_ form: Form, interfaces: InterfaceNames, cgroups: CgroupNames? = nil, output: consuming ByteOutput) {
    self.form = form
    self.interfaces = interfaces
    self.cgroups = cgroups
    self.output = output
  }

  @specialized(where Socket == InetSocket)
  func render<Socket: ShownSocket>(_ socket: Socket, _ notes: SocketNotes) throws(CommandFailure) {
    if form == .array { array.beginElement(&output.bytes) }
    isEmpty = false
    output.bytes.appendJSON(SocketFields(socket, notes, interfaces: &interfaces, cgroups: cgroups))
    if form == .lines { output.bytes.append(UInt8(ascii: "\n")) }
    try output.flushIfFull()
  }

  /// Nothing: programs want addresses.
  func use(_ names: EndpointBook) {}

  /// Always none.
  var omittedColumns: [String] { [] }

  /// The text that is not written yet, if the output has no descriptor.
  var text: [UInt8] { output.bytes }

  func finish(afterFailure hasFailed: Bool) throws(CommandFailure) {
    if isEmpty, hasFailed { return }
    if form == .array {
      array.end(&output.bytes)
      output.bytes.append(UInt8(ascii: "\n"))
    }
    try output.flush()
  }
}
