internal import SockDiagWire

/// The JSON fields of a socket as the command shows it: those of its record, then what else is known about it.
struct SocketFields: FieldWritable {
  let socket: InetSocket
  /// The name of its interface. The record has the index only.
  let interfaceName: String?
  var notes = SocketNotes()

  init(_ socket: InetSocket, _ notes: SocketNotes = SocketNotes(), interfaces: inout InterfaceNames) {
    self.socket = socket
    self.notes = notes
    let name = socket.interfaceIndex == 0 ? nil : interfaces.name(socket.interfaceIndex)
    interfaceName = name.map { String(decoding: $0, as: UTF8.self) }
  }

  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    socket.writeFields(to: &writer)
    writer.text("interface_name", interfaceName)
    if let holders = notes.holders {
      writer.objects("holders", holders.entries)
      writer.texts("holders_missing", holders.reasons?.names)
    }
    writer.text("result", notes.result)
  }
}
