internal import SockDiagWire
internal import SocketOwners

extension HolderBook {
  /// The processes that hold a socket, those that did not inherit it first; empty if certainly no process holds it, `nil` if
  /// unknown.
  func processes(of socket: InetSocket) -> [FilterHolder]? {
    let list = list(of: socket)
    if let reasons = list.reasons, !reasons.excludesProcesses { return nil }
    return list.entries.map {
      FilterHolder(
        processID: $0.holder.pid, command: String(decoding: $0.process?.command ?? Array("?".utf8), as: UTF8.self))
    }
  }
}
