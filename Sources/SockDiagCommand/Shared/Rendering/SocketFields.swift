internal import SockDiagWire
internal import SocketOwners

/// The JSON fields of a socket in the output of the command: those of its record, then the other facts.
struct SocketFields<Socket: KernelSocket>: FieldWritable {
  let socket: Socket
  /// The name of its interface. The record has the index only.
  let interfaceName: String?
  /// The path of its cgroup. The record has the id only.
  let cgroupPath: CgroupPath?
  var notes = SocketNotes()

  init(
    _ socket: Socket, _ notes: SocketNotes = SocketNotes(), interfaces: inout InterfaceNames,
    cgroups: CgroupNames? = nil
  ) {
    self.socket = socket
    self.notes = notes
    interfaces.use(notes.namespace)
    let name = socket.interfaceIndex == 0 ? nil : interfaces.name(socket.interfaceIndex)
    cgroupPath = cgroups.flatMap { cgroups in socket.cgroupID.flatMap { cgroups.path(of: $0) } }
    interfaceName = name.map { String(decoding: $0, as: UTF8.self) }
  }

  // As for the record itself: a list has many sockets.
  @specialized(where Socket == InetSocket, Writer == JSONTextWriter)
  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    socket.writeFields(to: &writer)
    writer.text("interface_name", interfaceName)
    writer.text("cgroup_path", utf8: cgroupPath?.bytes)
    writer.object("network_namespace", notes.namespace)
    if let holders = notes.holders {
      writer.objects("holders", holders.entries)
      writer.texts("holders_missing", holders.reasons?.names)
    }
    writer.text("result", notes.result)
  }
}
