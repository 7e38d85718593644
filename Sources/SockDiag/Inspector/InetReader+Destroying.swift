internal import Glibc
package import SockDiagWire

private let operation = "destroy a socket"

extension InetReader where Transport: ~Copyable {
  /// Destroys a socket and no other.
  ///
  /// Every request carries the cookie, so the kernel destroys that socket or none.
  package mutating func destroy(_ socket: InetSocket) throws(SockDiagError) {
    guard let cookie = socket.cookie, cookie != .any else { throw SockDiagError(.missingCookie, operation: operation) }
    var request = InetRequest(.destroy, socket.protocol, socket.family)
    // In natural order, for UDP too: unlike a get, this does not swap the addresses (__udp_diag_destroy,
    // net/ipv4/udp_diag.c).
    request.local = socket.local
    request.remote = socket.remote
    request.interfaceIndex = socket.interfaceIndex
    request.cookie = cookie
    if socket.protocol == .raw { return try destroyRaw(socket, &request) }
    if try isObeyed(request, isRecord: socket.isMinisocket && socket.state != .synReceived) { return }

    // "Not found" has several reasons, and the errno is the same for all.
    try capabilities.confirmHandler(socket.protocol, socket.family, on: &conversation)
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

  /// Destroys a raw socket.
  ///
  /// Of a raw socket the kernel compares the IP protocol, the addresses and the interface, but not the cookie, and it
  /// destroys the first socket that fits (raw_diag_destroy, net/ipv4/raw_diag.c). So a look-up, which finds the same
  /// socket, comes first. Between the two requests another process could make a socket that fits as well; nothing can
  /// exclude that.
  private mutating func destroyRaw(_ socket: InetSocket, _ request: inout InetRequest) throws(SockDiagError) {
    request.ipProtocol = try Self.ipProtocol(of: socket.local)
    var lookup = request
    lookup.form = .get
    // This also finds out whether there is a handler.
    guard try get(lookup)?.cookie == socket.cookie else {
      let isThere = try crowd(of: socket, request.cookie) != nil
      throw SockDiagError(isThere ? .shadowed : .gone, operation: operation, errno: ENOENT)
    }
    if try !isObeyed(request) { throw SockDiagError(.gone, operation: operation, errno: ENOENT) }
  }

  /// Asks on behalf of one peer after the other, until the kernel finds the socket.
  ///
  /// Among sockets that share an address and a port by SO_REUSEPORT, the kernel finds the one that would receive a
  /// packet from the peer, by a hash of both ends (`reuseport_select_sock`, net/core/sock_reuseport.c). So each peer
  /// selects a random socket. With sixteen attempts per socket, one socket in ten million is missed.
  private mutating func picksOut(_ request: inout InetRequest, count: Int) throws(SockDiagError) -> Bool {
    guard count > 1 else { return false }
    // Addresses reserved for documentation (RFC 5737, RFC 3849): there are no connections from them that could be found
    // instead.
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
    if Self.hasAddressesOfItsOwn(socket) { return nil }
    let dump = try dump(Self.query(besides: socket))
    guard let found = dump.sockets.first(where: { $0.cookie == cookie }) else {
      if dump.defects.isComplete { return nil }
      throw SockDiagError(.incomplete, operation: "\(operation): its list is \(dump.defects)")
    }
    let count = dump.sockets.count { $0.local == found.local && $0.interfaceIndex == found.interfaceIndex }
    return (found, count)
  }

  /// Asks once; `false` if the kernel finds no socket, or one with another cookie.
  private mutating func isObeyed(
    _ request: InetRequest, isRecord: Bool = false
  ) throws(SockDiagError) -> Bool {
    let verdict = try conversation.acknowledged(request, operation: operation)
    switch verdict.errno {
    case 0: return true
    case ENOENT, ESTALE: return false
    case EOPNOTSUPP where ![.tcp, .udp, .raw].contains(request.protocol):
      throw SockDiagError(
        .undestroyableProtocol, operation: operation, errno: verdict.errno, kernelMessage: verdict.message)
    case EOPNOTSUPP, EINVAL:
      throw SockDiagError(
        isRecord ? .undestroyableRecord : .destroyUnsupported, operation: operation, errno: verdict.errno,
        kernelMessage: verdict.message)
    case let errno: throw SockDiagError(errno: errno, operation: operation, kernelMessage: verdict.message)
    }
  }
}
