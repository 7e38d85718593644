internal import SockDiag

extension BindRule {
  /// Predicts the answer of a bind() to port 0, or of a listen() without bind().
  ///
  /// For TCP the kernel takes a port of its range on which no socket has an overlapping address. SO_REUSEADDR and
  /// SO_REUSEPORT do not matter. If no port is left and `net.ipv4.ip_autobind_reuse` is set, it looks again and shares by
  /// SO_REUSEADDR, except with sockets that also share by SO_REUSEPORT. For UDP the kernel takes any port that the socket
  /// could bind by number.
  ///
  /// With IP_BIND_ADDRESS_NO_PORT bind() takes no port. Then listen() looks for one by the same rule, for the address of
  /// bind(). A listen() without bind() does the same for the wildcard. (connect() has a rule of its own for TCP. For UDP it
  /// finds the ports that bind() would find, and fails with EAGAIN if there are none.)
  ///
  /// Kernel: `inet_csk_find_open_port` and `inet_csk_listen_start`, net/ipv4/inet_connection_sock.c; `udp_lib_get_port`,
  /// net/ipv4/udp.c; `inet_autobind`, net/ipv4/af_inet.c.
  ///
  /// - Parameters:
  ///   - request: The arguments of bind(), with port 0.
  ///   - ports: The sockets of the same protocol by their port.
  ///   - conditions: What else decides.
  /// - Returns: The prediction and the number of ports that are left. The prediction has no effects: they would be those of
  ///   every socket of the host.
  public static func predict(
    _ request: BindRequest, choosingAmong ports: [UInt16: [PortSocket]], under conditions: BindConditions
  ) -> (prediction: BindPrediction, freePorts: Int) {
    let early = predict(request, beside: EmptyCollection(), under: conditions)
    guard early.bind == .succeeds else { return (early, 0) }
    var wanted = request
    if request.protocol == .tcp { wanted.options.subtract([.reuseAddress, .reusePort]) }
    var choice = Choice(request, ports, conditions) { effect(of: $0, on: wanted) }
    if request.protocol == .tcp, conditions.sharesChosenPorts, choice.outcome != .succeeds {
      choice = Choice(request, ports, conditions) { effectInLastLook(of: $0, on: request) }
    }
    var prediction = early
    if !request.choosesPortLater {
      prediction.bind = choice.outcome
      if case .fails = choice.outcome { prediction.listen = nil }
    } else if request.protocol == .tcp {
      prediction.listen = choice.outcome
    }
    return (prediction, choice.freeCount)
  }

  /// The result of a search through the ports.
  private struct Choice {
    let outcome: BindPrediction.Outcome
    let freeCount: Int

    init(
      _ request: BindRequest, _ ports: [UInt16: [PortSocket]], _ conditions: BindConditions,
      effect: (PortSocket) -> SocketEffect
    ) {
      var free: [UInt16] = []
      var unknowns: SocketEffect.Unknowns = []
      let ends = request.protocol == .tcp ? BindRule.endsLeftOut(conditions.ephemeralPorts, request.options) : nil
      for port in conditions.ephemeralPorts where !conditions.reservedPorts.contains(port) && port != ends?.never {
        // Every socket of a port is considered, with UDP too: their order matters only if a port is requested.
        switch BindRule.outcome((ports[port] ?? []).map(effect)) {
        case .succeeds: free.append(port)
        case .depends(let on): unknowns.formUnion(on)
        case .fails: break
        }
      }
      // If one of them is skipped, it is the first or the last, so it is enough if both are free.
      if let either = ends?.either, free.count == 1, either.contains(free[0]) { unknowns.insert(.firstTried) }
      let isCertain = !free.isEmpty && !unknowns.contains(.firstTried)
      outcome = isCertain ? .succeeds : unknowns.isEmpty ? .fails(.addressInUse) : .depends(on: unknowns)
      freeCount = free.count
    }
  }

  /// The effect of a socket in the last search for a port, in which SO_REUSEADDR counts.
  ///
  /// Kernel: `relax` of `inet_bind_conflict`, net/ipv4/inet_connection_sock.c.
  private static func effectInLastLook(of socket: PortSocket, on request: BindRequest) -> SocketEffect {
    var wanted = request
    wanted.options.subtract([.reuseAddress, .reusePort])
    let unshared = effect(of: socket, on: wanted)
    wanted.options.insert(.reuseAddress)
    let byAddress = request.options.contains(.reuseAddress) ? effect(of: socket, on: wanted) : unshared
    guard request.options.isSuperset(of: [.reuseAddress, .reusePort]), byAddress != unshared else { return byAddress }
    // Sockets that could also share by SO_REUSEPORT do not count as sharing by SO_REUSEADDR.
    wanted.options = request.options.subtracting(.reuseAddress)
    switch effect(of: socket, on: wanted) {
    case .harmless(.sharesReusePort): return unshared
    case .depends(let on): return .depends(on: on.union(byAddress.unknowns).union(unshared.unknowns))
    case .blocks, .harmless: return byAddress
    }
  }

  /// The ports of a range that TCP may not try.
  ///
  /// It tries every other port and then those between, for a number of ports that is rounded down to an even one. So
  /// for an odd number it skips one, the first or the last, by chance; of three, always the last. With SO_REUSEADDR it
  /// tries the lower half first, and skips none there.
  fileprivate static func endsLeftOut(
    _ ports: ClosedRange<UInt16>, _ options: BindOptions
  ) -> (never: UInt16?, either: [UInt16])? {
    let isHalved = options.contains(.reuseAddress) && ports.count >= 4
    let first = isHalved ? ports.lowerBound + UInt16(ports.count / 4 * 2) : ports.lowerBound
    let count = Int(ports.upperBound - first) + 1
    if count == 3 { return (ports.upperBound, []) }
    return count > 3 && !count.isMultiple(of: 2) ? (nil, [first, ports.upperBound]) : nil
  }
}

extension SocketEffect {
  fileprivate var unknowns: Unknowns {
    if case .depends(let on) = self { on } else { [] }
  }
}
