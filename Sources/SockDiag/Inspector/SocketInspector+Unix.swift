public import SockDiagWire

extension SocketInspector {
  /// The UNIX socket with an inode; `nil` if there is none in this network namespace.
  ///
  /// It takes a walk over the kernel's table of UNIX sockets, but only one record is sent.
  ///
  /// - Parameters:
  ///   - inode: The inode, as in the link `socket:[4711]` of a descriptor.
  ///   - cookie: The cookie that the socket must have; inodes are reused.
  ///   - details: What to report beyond the fixed record.
  /// - Throws: ``SockDiagError``: `Code.invalidRequest` for inode 0, which no socket has; `Code.missingFamily` where
  ///   the kernel has no handler for UNIX sockets.
  ///
  /// Kernel: `unix_diag_get_exact`, net/unix/diag.c.
  public mutating func unixSocket(
    inode: UInt32, cookie: SocketCookie = .any, details: UnixSocketRequest.Details = .all
  ) throws(SockDiagError) -> UnixSocket? {
    try reader.conversation.unixSocket(UnixSocketRequest(inode: inode, cookie: cookie, details: details))
  }

  /// The same UNIX socket as it is now; `nil` if it is gone, even if its inode is in use again.
  ///
  /// - Parameters:
  ///   - socket: The socket as it was read before. A socket without cookie, from `/proc/net`, cannot be told from
  ///     another one: `nil`.
  ///   - details: What to report beyond the fixed record.
  /// - Throws: ``SockDiagError``.
  public mutating func current(
    _ socket: UnixSocket, details: UnixSocketRequest.Details = .all
  ) throws(SockDiagError) -> UnixSocket? {
    guard let cookie = socket.cookie else { return nil }
    return try unixSocket(inode: socket.inode, cookie: cookie, details: details)
  }
}

extension Conversation where Transport: ~Copyable {
  /// Sends an exact request.
  package mutating func unixSocket(_ request: UnixSocketRequest) throws(SockDiagError) -> UnixSocket? {
    var fault: WireError?
    var socket = Unix.emptySocket
    let isFound = try get(request) { bytes, payload in
      do throws(WireError) {
        fault = try Unix.decode(payload, in: bytes, answering: request, into: &socket)
      } catch {
        fault = error
      }
    }
    if let fault { throw SockDiagError(.malformedReply, operation: "get a socket", wireError: fault) }
    if isFound { return socket }
    // The kernel answers the same for a socket that is missing and a handler that is missing.
    if let error = try probe(UnixSocketRequest(states: [], details: [])) { throw error }
    return nil
  }
}
