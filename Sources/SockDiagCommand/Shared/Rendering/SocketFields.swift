internal import SockDiagWire
internal import SocketOwners

/// The JSON fields of a socket in the output of the command: those of its record, then the other facts.
struct SocketFields<Socket: KernelSocket>: FieldWritable {
  let socket: Socket
  /// The name of its interface. The record has the index only.
  let interfaceName: String?
  /// Its holders; `nil` if they were not looked up.
  private let holders: [ListedHolder]?
  private let holdersMissing: MissingHolder.Reasons?
  private let result: String?

  init(_ socket: Socket, _ notes: SocketNotes = SocketNotes(), interfaces: inout InterfaceNames) {
    var processes = ProcessTexts()
    self.init(socket, notes, interfaces: &interfaces, processes: &processes)
  }

  init(
    _ socket: Socket, _ notes: SocketNotes, interfaces: inout InterfaceNames, processes: inout ProcessTexts
  ) {
    self.socket = socket
    holders = notes.holders.map { processes.holders($0) }
    holdersMissing = notes.holders?.reasons
    result = notes.result
    let name = socket.interfaceIndex == 0 ? nil : interfaces.name(socket.interfaceIndex)
    interfaceName = name.map { String(decoding: $0, as: UTF8.self) }
  }

  // As for the record itself: a list has many sockets.
  @specialized(where Socket == InetSocket, Writer == JSONTextWriter)
  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    socket.writeFields(to: &writer)
    writer.text("interface_name", interfaceName)
    writer.objects("holders", holders)
    writer.texts("holders_missing", holdersMissing?.names)
    writer.text("result", result)
  }
}
