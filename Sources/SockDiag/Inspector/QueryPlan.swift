internal import SockDiagWire

/// A query as the kernel is asked for it. Kept from one poll to the next, so that only the first compiles a program.
struct QueryPlan {
  let query: SocketQuery
  /// For both families, or for the one that the query names.
  let request: InetRequest
  /// Whether the kernel's filter may let through more than was asked for: it ignores the ports of a request where it
  /// walks bound sockets, and a list of many ports makes no program.
  let needsEvaluation: Bool

  init(_ query: SocketQuery) {
    self.query = query
    var request = InetRequest(.dump, query.protocol, query.family)
    request.states = query.states
    request.details = query.details
    // The request's own port fields are the cheapest filter; a program is only sent for what they cannot say. Port 0
    // means any port there.
    request.local.port = query.localPorts?.singlePort ?? 0
    request.remote.port = query.remotePorts?.singlePort ?? 0
    let program = InetBytecode(
      localPorts: request.local.port == 0 ? query.localPorts : nil,
      remotePorts: request.remote.port == 0 ? query.remotePorts : nil)
    request.bytecode = program?.bytes ?? []
    self.request = request
    let hasPorts = query.localPorts != nil || query.remotePorts != nil
    needsEvaluation = program == nil || (hasPorts && query.states.contains(.boundInactive))
  }

  /// The request for one family.
  func request(for family: AddressFamily) -> InetRequest {
    var request = request
    request.family = family
    return request
  }
}
