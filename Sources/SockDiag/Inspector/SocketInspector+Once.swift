package import SockDiagWire

extension SocketInspector {
  /// Passes each matching socket to `body` while the kernel's answer is being read, each once.
  ///
  /// Unlike a dump it keeps no sockets, only a set of their cookies. It cannot ask again: the sockets of an interrupted
  /// answer have been passed on already.
  package mutating func forEachOnce(
    _ query: SocketQuery, _ body: (InetSocket) throws -> DumpFlow
  ) throws -> DumpDefects {
    var seen = CookieSet()
    return try forEach(query) { socket in
      seen.insert(socket.keyInDump) ? try body(socket) : .continue
    }
  }
}

extension InetSocket {
  /// A key that distinguishes the records of a dump; 0 if a record has none.
  ///
  /// The cookie is not enough: a TIME_WAIT record has the cookie of its socket, which may still exist, bound to the same
  /// port. The associations of an SCTP endpoint have the cookie of the endpoint.
  @inline(__always)
  var keyInDump: UInt64 {
    guard let cookie = cookie?.rawValue, cookie != 0 else { return 0 }
    if self.protocol == .sctp { return cookie ^ associationNumber }
    return state == .boundInactive ? cookie ^ 1 << 63 : cookie
  }
}
