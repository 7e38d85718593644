internal import BindDiagnosis
internal import SocketOwners

extension HolderList {
  /// The processes of a socket that a diagnosis found.
  init(_ socket: DiagnosedSocket) {
    let processes = Dictionary(socket.processes.map { ($0.process.pid, $0) }, uniquingKeysWith: { first, _ in first })
    self.init(
      entries: socket.holders.map { Entry(holder: $0, process: processes[$0.pid], isInherited: false) },
      reasons: socket.holdersMissing)
  }
}
