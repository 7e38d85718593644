internal import SockDiag

extension BindRule {
  /// What a bind() to port 0 is going to answer, or a listen() without bind().
  ///
  /// The kernel takes a port of its range that nobody has whose address overlaps; that both have SO_REUSEADDR or
  /// SO_REUSEPORT helps nothing here, save where `net.ipv4.ip_autobind_reuse` is set. With IP_BIND_ADDRESS_NO_PORT no port
  /// is taken, so none can be missing.
  ///
  /// Kernel: `inet_csk_find_open_port`, net/ipv4/inet_connection_sock.c.
  ///
  /// - Parameters:
  ///   - request: What is asked of bind(), with port 0.
  ///   - ports: The sockets of the same protocol by their port.
  ///   - conditions: What else decides.
  /// - Returns: The prediction, and how many ports are left. Effects are not told: they would be those of every socket of the
  ///   host.
  public static func predict(
    _ request: BindRequest, choosingAmong ports: [UInt16: [PortHolder]], under conditions: BindConditions
  ) -> (prediction: BindPrediction, freePorts: Int) {
    let early = predict(request, beside: EmptyCollection(), under: conditions)
    guard early.bind == .succeeds else { return (early, 0) }
    var unshared = request
    unshared.options.subtract([.reuseAddress, .reusePort])
    var free = 0
    var unknowns: HolderEffect.Unknowns = []
    for port in conditions.ephemeralPorts where !conditions.reservedPorts.contains(port) {
      switch predict(unshared, beside: ports[port] ?? [], under: conditions).bind {
      case .succeeds: free += 1
      case .depends(let on): unknowns.formUnion(on)
      case .fails: break
      }
    }
    var prediction = early
    if free == 0, !request.options.contains(.bindAddressNoPort) {
      prediction.bind = unknowns.isEmpty ? .fails(.addressInUse) : .depends(on: unknowns)
      prediction.listen = unknowns.isEmpty ? nil : prediction.listen
    }
    return (prediction, free)
  }
}
