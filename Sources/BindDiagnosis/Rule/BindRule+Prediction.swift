internal import SockDiag

extension BindRule {
  /// Predicts bind() and listen().
  ///
  /// A cgroup BPF program or a security module may forbid a bind() before all of this, without a visible sign.
  ///
  /// - Parameters:
  ///   - request: The call to predict. For port 0, see ``predict(_:choosingAmong:under:)``.
  ///   - sockets: The sockets of the same protocol on the requested port.
  ///   - conditions: The other conditions.
  /// - Complexity: Linear in the number of sockets.
  public static func predict(
    _ request: BindRequest, beside sockets: some Collection<PortSocket>, under conditions: BindConditions
  ) -> BindPrediction {
    if let error = firstError(request, conditions) {
      return BindPrediction(bind: .fails(error), listen: nil, effects: [], caveats: [])
    }
    let effects = sockets.map { effect(of: $0, on: request) }
    let bind = request.protocol == .udp ? outcomeOfFirstMatch(effects, request) : outcome(effects)
    var caveats: BindPrediction.Caveats = []
    if request.protocol == .tcp {
      if bind != .succeeds, request.options.contains(.reusePort) { caveats.insert(.bucketMemory) }
      // A socket that listens ends the memory of SO_REUSEADDR.
      if bind == .fails(.addressInUse), conditions.remembersReuseAddress, request.options.contains(.reuseAddress),
        !sockets.contains(where: { $0.role == .listens })
      {
        caveats.insert(.reuseAddressMemory)
      }
      // A socket that shares by SO_REUSEADDR stops sharing when it listens.
      if zip(sockets, effects).contains(where: { $0.role == .bound && $1 == .harmless(.sharesReuseAddress) }) {
        caveats.insert(.listenRace)
      }
    }
    let listen: BindPrediction.Outcome? =
      switch bind {
      case .fails: nil
      case .succeeds, .depends: request.protocol == .tcp ? bind : nil
      }
    return BindPrediction(bind: bind, listen: listen, effects: effects, caveats: caveats)
  }

  /// Errors that the kernel finds before it checks other sockets, in its order, which differs between IPv4 and IPv6.
  ///
  /// Kernel: `__inet_bind`, net/ipv4/af_inet.c; `__inet6_bind`, net/ipv6/af_inet6.c.
  private static func firstError(_ request: BindRequest, _ conditions: BindConditions) -> BindErrno? {
    if !conditions.isFamilySupported { return .familyNotSupported }
    let address = request.local.address
    let isPrivileged = request.local.port != 0 && request.local.port < conditions.unprivilegedPortStart
    let denied: BindErrno? = isPrivileged && !request.mayBindPrivilegedPorts ? .accessDenied : nil
    let mayBeForeign =
      conditions.allowsNonlocalBind || !request.options.isDisjoint(with: [.freebind, .transparent])
    let foreign: BindErrno? = conditions.isAddressLocal || mayBeForeign ? nil : .addressNotAvailable
    guard address.family == .inet6 else { return foreign ?? denied }

    if request.protocol == .tcp, address.isMulticastV6 { return .invalidArgument }
    if let denied { return denied }
    if address.isV4Mapped { return request.options.contains(.v6Only) ? .invalidArgument : foreign }
    if address.isUnspecified { return nil }
    if request.lacksInterface { return .invalidArgument }
    if request.effectiveInterfaceIndex != 0, !conditions.isInterfaceKnown { return .noSuchDevice }
    return foreign
  }

  /// If a port has more sockets than this, UDP looks up only those of the requested address and of all addresses, and
  /// so misses those with a shadow. (Ports in the same slot of its table count too, which cannot be seen.)
  ///
  /// Kernel: `udp_lib_get_port`, net/ipv4/udp.c.
  private static let mostComparedOneByOne = 10

  /// One blocking socket is enough.
  static func outcome(_ effects: [SocketEffect]) -> BindPrediction.Outcome {
    var unknowns: SocketEffect.Unknowns = []
    for effect in effects {
      switch effect {
      case .blocks: return .fails(.addressInUse)
      case .depends(let on): unknowns.formUnion(on)
      case .harmless: break
      }
    }
    return unknowns.isEmpty ? .succeeds : .depends(on: unknowns)
  }

  /// With UDP the kernel stops at the first socket that decides, and one that shares by SO_REUSEPORT decides for
  /// success. The order of the sockets cannot be seen.
  private static func outcomeOfFirstMatch(
    _ effects: [SocketEffect], _ request: BindRequest
  ) -> BindPrediction.Outcome {
    let outcome = outcome(effects)
    if outcome == .fails(.addressInUse), effects.count > mostComparedOneByOne, !request.local.address.isUnspecified,
      effects.allSatisfy(\.isShadowOrHarmless)
    {
      return .depends(on: .order)
    }
    let mayBeShared = effects.contains { effect in
      switch effect {
      case .harmless(.sharesReusePort): true
      case .depends(let on): on.contains(.reusePort)
      default: false
      }
    }
    switch outcome {
    case .succeeds: return .succeeds
    case .depends(let on): return effects.count > 1 && mayBeShared ? .depends(on: on.union(.order)) : outcome
    case .fails: return mayBeShared ? .depends(on: .order) : outcome
    }
  }
}

extension SocketEffect {
  fileprivate var isShadowOrHarmless: Bool {
    switch self {
    case .blocks(let reason): reason.overlap == .shadow
    case .harmless: true
    case .depends: false
    }
  }
}
