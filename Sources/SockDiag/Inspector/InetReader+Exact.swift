internal import Glibc
package import SockDiagWire

extension InetReader where Transport: ~Copyable {
  /// The socket that receives packets between two addresses, as the kernel looks it up; `nil` if there is none.
  ///
  /// - Parameters:
  ///   - protocol: TCP or UDP.
  ///   - local: The address and port on this host.
  ///   - remote: The peer; `nil` for a listener or an unconnected UDP socket.
  ///   - interfaceIndex: The interface; 0 for any.
  ///   - cookie: The cookie that the socket must have.
  ///   - details: What to report beyond the fixed record.
  package mutating func socket(
    _ protocol: TransportProtocol, local: SocketAddress, remote: SocketAddress?, interfaceIndex: UInt32 = 0,
    cookie: SocketCookie = .any, details: InetDetails = []
  ) throws(SockDiagError) -> InetSocket? {
    let family = local.address.family
    let peer = remote ?? SocketAddress(family == .inet ? .anyV4 : .anyV6, port: 0)
    guard peer.address.family == family else {
      throw SockDiagError(
        .invalidRequest, operation: "get a socket with a local \(family) and a remote \(peer.address.family) address",
        errno: EINVAL)
    }
    // The kernel looks these up by token only (mptcp_diag_dump_one, net/mptcp/mptcp_diag.c), and SCTP associations only.
    if `protocol` == .mptcp || `protocol` == .sctp && peer.port == 0 {
      return try search(`protocol`, local: local, remote: peer, cookie: cookie, details: details)
    }
    var request = InetRequest(.get, `protocol`, family)
    (request.local, request.remote) = `protocol`.isLookedUpReversed ? (peer, local) : (local, peer)
    request.interfaceIndex = interfaceIndex
    request.cookie = cookie
    request.details = details
    if `protocol` == .raw { request.ipProtocol = try Self.ipProtocol(of: local) }
    guard let socket = try get(request) else { return nil }
    // Of raw sockets the kernel does not compare the cookie.
    return cookie == .any || socket.cookie == cookie ? socket : nil
  }

  /// The connection of multipath TCP with a local token; `nil` if there is none.
  package mutating func socket(
    mptcpToken token: UInt32, details: InetDetails = []
  ) throws(SockDiagError) -> InetSocket? {
    // The family of the request chooses the handler. Either finds sockets of both families.
    var request = InetRequest(.get, .mptcp, .inet)
    request.cookie = SocketCookie(rawValue: UInt64(token))
    request.details = details
    return try get(request)
  }

  /// Searches a dump as the kernel would look up: a connection, or else a listener, one at the address first.
  private mutating func search(
    _ protocol: TransportProtocol, local: SocketAddress, remote: SocketAddress, cookie: SocketCookie,
    details: InetDetails
  ) throws(SockDiagError) -> InetSocket? {
    let query = SocketQuery(
      `protocol`, states: .all, matching: .localPort == local.port, details: details)
    let sockets = try dump(query).sockets.filter { cookie == .any || $0.cookie == cookie }
    let listeners = sockets.filter { $0.remote.port == 0 }
    return sockets.first { $0.local == local && $0.remote == remote }
      ?? listeners.first { $0.local == local }
      ?? listeners.first { $0.local.address.isUnspecified && $0.family == local.address.family }
      ?? listeners.first { $0.isDualStackWildcard }
  }

  /// The IP protocol of a raw socket, which stands in place of its local port.
  static func ipProtocol(of local: SocketAddress) throws(SockDiagError) -> UInt8 {
    guard let number = UInt8(exactly: local.port) else {
      throw SockDiagError(
        .invalidRequest, operation: "look up a raw socket of the IP protocol \(local.port), which has no field for it",
        errno: EINVAL)
    }
    return number
  }

  /// The same socket as it is now; `nil` if it is gone, even if its addresses are in use again.
  package mutating func current(
    _ socket: InetSocket, details: InetDetails = []
  ) throws(SockDiagError) -> InetSocket? {
    // Without a cookie it cannot be told from another socket.
    guard let cookie = socket.cookie else { return nil }
    if let found = try self.socket(
      socket.protocol, local: socket.local, remote: socket.remote, interfaceIndex: socket.interfaceIndex,
      cookie: cookie, details: details)
    {
      return found
    }
    if Self.hasAddressesOfItsOwn(socket) { return nil }
    return try dump(Self.query(besides: socket, details: details)).sockets.first {
      $0.cookie == cookie && $0.isAssociation == socket.isAssociation
        && (!$0.isAssociation || $0.remote == socket.remote)
    }
  }

  /// Sends an exact request.
  package mutating func get(_ request: InetRequest) throws(SockDiagError) -> InetSocket? {
    var fault: WireError?
    var socket = InetSocket()
    let isFound = try conversation.get(request) { bytes, payload in
      do throws(WireError) {
        fault = try decoder.decode(payload, in: bytes, protocol: request.protocol, into: &socket)
      } catch {
        fault = error
      }
    }
    if let fault { throw SockDiagError(.malformedReply, operation: "get a socket", wireError: fault) }
    if isFound { return socket }
    // The kernel answers the same for a socket that is missing and a handler that is missing.
    if let family = request.family { try capabilities.confirmHandler(request.protocol, family, on: &conversation) }
    return nil
  }

  /// Whether no other socket shares the addresses of a socket, so that the kernel finds it by them or it is gone.
  static func hasAddressesOfItsOwn(_ socket: InetSocket) -> Bool {
    socket.protocol == .tcp && socket.state != .listen && socket.state != .boundInactive
  }

  /// All sockets among which the kernel's look-up may find another one than the given.
  static func query(besides socket: InetSocket, details: InetDetails = []) -> SocketQuery {
    SocketQuery(
      socket.protocol, family: socket.family, states: socket.protocol == .tcp ? [.listen, .boundInactive] : .all,
      matching: .localPort == socket.local.port, details: details)
  }
}
