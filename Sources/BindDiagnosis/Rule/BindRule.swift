internal import SockDiag

/// The kernel's rule that decides whether a port is in use for bind() and listen().
///
/// Sockets on the same port of a network namespace conflict if and only if their addresses overlap, their interfaces
/// overlap, and neither option lets them share:
///
/// - SO_REUSEADDR, if both have it and the socket does not listen. For UDP sockets it is enough that both have it.
/// - SO_REUSEPORT, if both have it and belong to the same user. A TIME_WAIT record has no user and matches any.
///
/// No state is exempt: an outgoing connection holds its port like a server. listen() applies the rule again. So two
/// sockets with SO_REUSEADDR can both be bound, but only one of them can listen.
///
/// Kernel: `inet_bind_conflict`, net/ipv4/inet_connection_sock.c; `udp_lib_lport_inuse`, net/ipv4/udp.c.
public enum BindRule {
  /// The effect of a socket on the requested port on a bind().
  ///
  /// - Parameters:
  ///   - socket: A socket of the same protocol, on the requested port, in the same network namespace.
  ///   - request: The call of bind().
  /// - Returns: For ``SocketEffect/depends(on:)``, facts of which at least one combination makes bind() fail and one
  ///   lets it succeed.
  public static func effect(of socket: PortSocket, on request: BindRequest) -> SocketEffect {
    if socket.role == .request { return .harmless(.notBound) }
    let overlap: AddressOverlap
    var unknowns: SocketEffect.Unknowns = []
    switch AddressOverlap.between(
      request: request.local.address, isV6Only: request.options.contains(.v6Only), socket: socket)
    {
    case .apart(let reason): return .harmless(reason)
    case .overlaps(let kind): overlap = kind
    case .dependsOnV6Only(let kind):
      overlap = kind
      unknowns.insert(.v6Only)
    }
    let interfaces = (request.effectiveInterfaceIndex, socket.interfaceIndex)
    // UDP compares only interfaces.
    if socket.protocol == .tcp, socket.isInterfaceKnown, request.routingDomain != socket.routingDomain {
      return .harmless(.otherRoutingDomain)
    }
    if interfaces.0 != 0, interfaces.1 != 0, interfaces.0 != interfaces.1 { return .harmless(.otherInterface) }
    if interfaces.0 != 0, !socket.isInterfaceKnown { unknowns.insert(.interface) }

    let byAddress = Sharing.byReuseAddress(socket, request)
    let byPort = Sharing.byReusePort(socket, request)
    switch (byAddress, byPort) {
    case (.shared, _): return .harmless(.sharesReuseAddress)
    case (_, .shared): return .harmless(.sharesReusePort)
    case (.not(let address), .not(let port)):
      let reason = BlockReason(overlap: overlap, reuseAddress: address, reusePort: port)
      return unknowns.isEmpty ? .blocks(reason) : .depends(on: unknowns)
    default:
      return .depends(on: unknowns.union(byAddress.unknowns).union(byPort.unknowns))
    }
  }
}

/// Whether an option lets the new socket and a socket on the port share it.
private enum Sharing {
  case shared
  case not(BlockReason.NoSharing)
  case unknown(SocketEffect.Unknowns)

  var unknowns: SocketEffect.Unknowns {
    if case .unknown(let unknowns) = self { unknowns } else { [] }
  }

  static func byReuseAddress(_ socket: PortSocket, _ request: BindRequest) -> Sharing {
    if socket.role == .listens { return .not(.socketListens) }
    if socket.options[.reuseAddress] == false { return .not(.socketLacksIt) }
    guard request.options.contains(.reuseAddress) else { return .not(.requestLacksIt) }
    return socket.options[.reuseAddress] == true ? .shared : .unknown(.reuseAddress)
  }

  static func byReusePort(_ socket: PortSocket, _ request: BindRequest) -> Sharing {
    let needsUser = socket.role != .timeWait
    let isSameUser = request.isOfSameUser(as: socket)
    if needsUser, isSameUser == false { return .not(.otherUser) }
    if request.options.contains(.reusePortProgram) { return .not(.requestHasProgram) }
    if socket.options[.reusePort] == false { return .not(.socketLacksIt) }
    guard request.options.contains(.reusePort) else { return .not(.requestLacksIt) }
    var unknowns: SocketEffect.Unknowns = socket.options[.reusePort] == nil ? .reusePort : []
    if needsUser, isSameUser == nil { unknowns.insert(.uid) }
    return unknowns.isEmpty ? .shared : .unknown(unknowns)
  }
}

extension BindRequest {
  /// Whether a socket belongs to the same user; `nil` if that is not known.
  ///
  /// Even if the kernel shows many users as one number, two different numbers are always two users.
  func isOfSameUser(as socket: PortSocket) -> Bool? {
    guard let other = socket.uid else { return nil }
    return other == uid ? (uid == ambiguousUID ? nil : true) : false
  }

  /// Whether the address is valid only with an interface, and none is named.
  var lacksInterface: Bool { local.address.needsInterface && effectiveInterfaceIndex == 0 }

  /// The interface that the socket is bound to after bind() has succeeded: an address that belongs to an interface
  /// binds to that of its scope.
  var effectiveInterfaceIndex: UInt32 {
    local.address.needsInterface && scopeID != 0 ? scopeID : interfaceIndex
  }
}
