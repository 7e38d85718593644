internal import SockDiagWire

/// The choice to read `/proc/net` is made here, and nowhere else.
extension InetReader where Transport: ~Copyable {
  /// Whether a query asks only for sockets that `/proc/net` does not have.
  mutating func lacksAll(_ query: SocketQuery, instead error: SockDiagError) throws(SockDiagError) -> Bool {
    guard query.protocol == .tcp, query.states == .boundInactive else { return false }
    // Without a readable proc it is not known that these sockets alone are missing.
    let connections = SocketQuery(.tcp, family: query.family, states: .listen)
    _ = try readProcNet(instead: error) { root, process throws(SockDiagError) in
      try ProcNet.forEach(connections, root: root, process: process) { _ in .stop }
    }
    return true
  }

  /// Reads `/proc/net` if sock_diag has no answer. The kernel refuses before it reports a socket, so no socket comes twice.
  /// If `/proc/net` cannot be read either, the first error is the better one.
  mutating func readProcNet<Answer>(
    instead error: SockDiagError, _ read: (_ root: String, _ process: Int32?) throws(SockDiagError) -> Answer
  ) throws(SockDiagError) -> Answer {
    // A recording would lack what was read elsewhere, without a sign of it.
    guard let tables, conversation.observer == nil, error.leavesProcNet else { throw error }
    do throws(SockDiagError) {
      let answer = try tables.read(read)
      substitution = error
      return answer
    } catch _ { throw error }
  }
}
