internal import BindDiagnosis
internal import SockDiag
internal import SockDiagWire
internal import SocketOwners

/// The JSON fields of `why` for the name of a UNIX socket.
struct UnixWhyFields: FieldWritable {
  let diagnosis: UnixDiagnosis
  let namespace: String?

  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    let request = diagnosis.request
    writer.text("verdict", WhyStatus(diagnosis).name)
    // With escapes, so that every name is text, and no two names are the same text.
    writer.text("name", "\(request.name)")
    writer.text("type", request.kind.map { "\($0)" })
    writer.number("uid", request.uid)
    writer.text("bind", "\(diagnosis.bind)")
    writer.text("connect", "\(diagnosis.connect)")
    writer.text("behind", diagnosis.presence.name)
    if let obstacle = diagnosis.facts?.folderError {
      writer.object("directory_error") { writer in
        writer.text("errno", "\(obstacle.error)")
        writer.text("directory", "\(UnixSocketName.path(obstacle.path))")
      }
    }
    writer.object("file", diagnosis.facts?.file.map(UnixFileFields.init))
    writer.object("target", diagnosis.facts?.target.map(UnixFileFields.init))
    writer.objects(
      "sockets", diagnosis.sockets.map { DiagnosedUnixSocketFields(socket: $0, origins: diagnosis.origins) })
    writer.objects("remedies", diagnosis.remedies) { remedy, writer in
      let text = UnixRemedyText(remedy, diagnosis, namespace: namespace)
      writer.text("kind", remedy.name)
      writer.text("text", text.sentence)
      writer.texts("commands", text.commands)
    }
    writer.objects("misbeliefs", diagnosis.misbeliefs) { misbelief, writer in
      writer.text("id", misbelief.rawValue)
      writer.text("text", "\(misbelief)")
    }
    writer.text("source", diagnosis.substitution == nil ? nil : SocketSource.procNet.rawValue)
  }
}

/// The JSON fields of a file.
private struct UnixFileFields: FieldWritable {
  let file: UnixFile

  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.text("type", file.type.name)
    writer.number("mode", file.permissions)
    writer.number("uid", file.uid)
    writer.longNumber("inode", file.inode)
  }
}

/// The JSON fields of a socket that has to do with the name.
private struct DiagnosedUnixSocketFields: FieldWritable {
  let socket: DiagnosedUnixSocket
  let origins: [Int32: ProcessOrigin]

  func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.text("role", socket.role.rawValue)
    writer.longNumber("namespace", socket.namespace)
    var interfaces = InterfaceNames(.host)
    writer.object("socket", SocketFields(socket.socket, interfaces: &interfaces))
    let processes = Dictionary(socket.processes.map { ($0.process.pid, $0) }, uniquingKeysWith: { first, _ in first })
    let entries = socket.holders.map {
      HolderList.Entry(holder: $0, process: processes[$0.pid], isInherited: false)
    }
    writer.objects("holders", entries) { [origins] entry, writer in
      entry.writeFields(to: &writer)
      if let origin = origins[entry.holder.pid] { writer.origin(origin) }
    }
    writer.texts("holders_missing", socket.holdersMissing?.names)
  }
}

extension UnixPresence {
  /// The name in JSON.
  fileprivate var name: String {
    switch self {
    case .nothing: "nothing"
    case .server: "socket"
    case .hidden: "hidden-socket"
    case .unknown: "unknown"
    }
  }
}

extension UnixFile.FileType {
  /// The name in JSON.
  fileprivate var name: String {
    switch self {
    case .pipe: "pipe"
    case .characterDevice: "character-device"
    case .blockDevice: "block-device"
    case .folder: "directory"
    case .regular: "regular"
    case .link: "link"
    case .socket: "socket"
    }
  }
}

extension UnixRemedy {
  /// The name in JSON.
  fileprivate var name: String {
    switch self {
    case .removeFile: "remove-file"
    case .removeFileEachTime: "remove-file-each-time"
    case .endProcesses: "end-processes"
    case .stopUnit: "stop-unit"
    case .stopSocketUnit: "stop-socket-unit"
    case .stopContainer: "stop-container"
    case .stopMachine: "stop-machine"
    case .makeFolder: "make-directory"
    case .allowFolder: "allow-directory"
    case .allowSearch: "allow-search"
    case .useOtherPath: "use-other-path"
    case .useShorterPath: "use-shorter-path"
    case .remountWritable: "remount-writable"
    case .removeLink: "remove-link"
    }
  }
}
