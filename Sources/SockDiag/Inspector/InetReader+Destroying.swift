internal import Glibc
package import SockDiagWire

private let operation = "destroy a socket"

extension InetReader where Transport: ~Copyable {
  /// Destroys a socket and no other.
  ///
  /// Every request bears the cookie, so the kernel may find whom it will: it touches nobody else.
  package mutating func destroy(_ socket: InetSocket) throws(SockDiagError) {
    guard let cookie = socket.cookie, cookie != .any else { throw SockDiagError(.missingCookie, operation: operation) }
    var request = InetRequest(.destroy, socket.protocol, socket.family)
    // In natural order, with UDP too: what is historical about a get is not about this (__udp_diag_destroy,
    // net/ipv4/udp_diag.c).
    request.local = socket.local
    request.remote = socket.remote
    request.interfaceIndex = socket.interfaceIndex
    request.cookie = cookie
    if try isObeyed(request) { return }

    // Not found has several reasons, and one errno for all.
    try confirmHandler(for: request)
    guard let crowd = try crowd(of: socket, cookie) else {
      throw SockDiagError(.gone, operation: operation, errno: ENOENT)
    }
    if crowd.socket.state == .boundInactive {
      throw SockDiagError(.onlyBound, operation: operation, errno: ENOENT)
    }
    // A UDP socket may have got another peer since it was listed.
    request.local = crowd.socket.local
    request.remote = crowd.socket.remote
    request.interfaceIndex = crowd.socket.interfaceIndex
    if try isObeyed(request) { return }
    if try picksOut(&request, count: crowd.count) { return }
    let isThere = try self.crowd(of: socket, cookie) != nil
    throw SockDiagError(isThere ? .shadowed : .gone, operation: operation, errno: ENOENT)
  }

  /// Asks on behalf of one peer after the other, until the kernel finds the socket.
  ///
  /// Of sockets that share an address and a port by SO_REUSEPORT it finds the one to which it would give a packet from
  /// the peer, by a hash of both ends (`reuseport_select_sock`, net/core/sock_reuseport.c). So each peer is a throw of a
  /// die with a side for each socket, and sixteen throws a side miss one in ten million times.
  private mutating func picksOut(_ request: inout InetRequest, count: Int) throws(SockDiagError) -> Bool {
    guard count > 1 else { return false }
    // Addresses that are set aside for documentation (RFC 5737, RFC 3849): no connection comes from there, which would be
    // found instead.
    let peer = request.family == .inet ? IPAddress(v4: 0xc000_0201) : IPAddress(v6: 0x2001_0db8_0000_0000, 1)
    for port in 1...UInt16(clamping: count * 16) {
      request.remote = SocketAddress(peer, port: port)
      if try isObeyed(request) { return true }
    }
    return false
  }

  /// The socket as it is now, and how many there are at its address and port; `nil` if it is gone.
  private mutating func crowd(
    of socket: InetSocket, _ cookie: SocketCookie
  ) throws(SockDiagError) -> (socket: InetSocket, count: Int)? {
    // Nothing shares the addresses of a connection, so what is not found is gone.
    if socket.protocol == .tcp, socket.state != .listen, socket.state != .boundInactive { return nil }
    let dump = try dump(
      SocketQuery(
        socket.protocol, family: socket.family, states: socket.protocol == .tcp ? [.listen, .boundInactive] : .all,
        matching: .localPort == socket.local.port))
    guard let found = dump.sockets.first(where: { $0.cookie == cookie }) else {
      if dump.completeness.isComplete { return nil }
      throw SockDiagError(.incomplete, operation: "the list of sockets on its port is \(dump.completeness)")
    }
    let count = dump.sockets.count { $0.local == found.local && $0.interfaceIndex == found.interfaceIndex }
    return (found, count)
  }

  /// Asks once; `false` if the kernel finds no socket, or one with another cookie.
  private mutating func isObeyed(_ request: InetRequest) throws(SockDiagError) -> Bool {
    let verdict = try conversation.acknowledged(request, operation: operation)
    switch verdict.errno {
    case 0: return true
    case ENOENT, ESTALE: return false
    case EOPNOTSUPP, EINVAL:
      throw SockDiagError(
        .destroyUnsupported, operation: operation, errno: verdict.errno, kernelMessage: verdict.message)
    case let errno: throw SockDiagError(errno: errno, operation: operation, kernelMessage: verdict.message)
    }
  }
}
