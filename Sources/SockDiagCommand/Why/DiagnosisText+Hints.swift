internal import BindDiagnosis
internal import SockDiag
internal import SocketOwners

extension DiagnosisText {
  /// What a socket that blocks probably is, where the name of its use alone does not say it.
  func hint(_ socket: DiagnosedSocket, _ diagnosis: Diagnosis) -> String? {
    switch socket.use {
    case .boundInactive:
      return "A server before its listen(), or a listener that was shut down or destroyed. Few tools show it."
    case .outgoingConnection where diagnosis.conditions.choosablePorts.contains(diagnosis.request.local.port):
      return "The port is one of those that the kernel gives to outgoing connections, and this one has got it."
    case .connection where socket.socket.state == .closeWait:
      return "The other side has closed it; the program has not, and no setting of the kernel does it for it."
    case .connection where socket.socket.protocol == .tcp && !diagnosis.sockets.contains { $0.use == .listener }:
      return "Nobody listens on the port any more: this is left of a server that has ended or restarts."
    case .listener where Set(socket.processes.map(\.command)).count > 1:
      return
        "Several programs have it: it stays until the last of them closes it. One of them may have inherited it from"
        + " another, which opened it without SOCK_CLOEXEC."
    default: return nil
    }
  }
}
