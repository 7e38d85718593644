internal import SockDiagWire
internal import SocketOwners

extension UnixDiagnosis {
  /// What connect() answers and why, as a clause.
  package var connectClause: String {
    switch connect {
    case .succeeds: return "connect() succeeds"
    case .unknown: return "what connect() answers cannot be seen"
    case .fails(let error):
      let failure =
        error == .tryAgain ? "connect() waits, or fails with EAGAIN" : "connect() fails with \(error)"
      return connectReason(error).map { "\(failure): \($0)" } ?? failure
    }
  }

  private func connectReason(_ error: BindErrno) -> String? {
    let server = if case .server(let server) = presence { server } else { UnixSocket?.none }
    switch error {
    case .connectionRefused:
      guard let server else { return facts?.target?.type == .socket || facts == nil ? nil : "the file is no socket" }
      return server.state == .listen ? "its listener was shut down" : "the socket does not listen"
    case .accessDenied:
      guard let target = facts?.target, facts?.writeError != nil else {
        return facts?.writeError == nil && facts?.target != nil ? "a security rule forbids it" : nil
      }
      return "the user may not write to the file (owner \(UserName.text(target.uid)), mode \(target.modeText))"
    case .wrongKind: return server.map { "it is a \($0.type) socket" }
    case .tryAgain:
      guard case .connections(let waiting, _)? = server?.queues else { return nil }
      return "\(waiting) connections wait to be accepted, which is the limit"
    case .notPermitted where server?.type == .datagram: return "the datagram socket takes messages of its peer only"
    case .noSuchFile, .notAFolder, .linkLoop: return nil
    default: return nil
    }
  }

  /// Sentences about sockets that share the name and do not decide.
  package var notes: [String] {
    var notes: [String] = []
    if let server, server.namespace != nil {
      notes.append("its socket is in another network namespace; a path is reached from all of them")
    }
    let accepted = sockets.count { $0.role == .accepted }
    if accepted > 0, server == nil {
      let are = accepted == 1 ? "is" : "are"
      notes.append("\(accepted.counted("accepted connection")) \(are) still open; they do not block the name")
    }
    if let other = sockets.first(where: { $0.role == .sameName }) {
      let holder = other.processes.first.map(\.words) ?? "a socket"
      notes.append(
        other.isInOtherMountNamespace == true
          ? "\(holder) has the same path in another mount namespace, no conflict"
          : "\(holder) is bound to this path, but its file was removed or replaced: no client reaches it")
    }
    if let other = sockets.first(where: { $0.role == .elsewhere }) {
      let holder = other.processes.first.map { ": \($0.words)" } ?? ""
      notes.append(
        other.namespace != nil
          ? "same name in another network namespace, no conflict\(holder)"
          : "a \(other.socket.type) socket has the same name, no conflict\(holder)")
    }
    if let substitution { notes.append("the sockets come from /proc/net/unix: \(substitution)") }
    return notes
  }
}

extension UnixFile {
  /// The permission bits as octal digits: `0755`.
  var modeText: String {
    let digits = String(permissions & 0o7777, radix: 8)
    return String(repeating: "0", count: max(4 - digits.count, 0)) + digits
  }
}
