internal import SockDiag

/// Popular advice for a port in use that does not help.
#if hasAttribute(nonexhaustive)
  @nonexhaustive
#endif
public enum Misbelief: String, CaseIterable, Hashable, Sendable, Codable {
  /// `net.ipv4.tcp_tw_reuse` affects only connect().
  case timeWaitReuse = "tcp-tw-reuse"
  /// `net.ipv4.tcp_fin_timeout` affects FIN_WAIT2; TIME_WAIT always takes 60 s.
  case finTimeout = "tcp-fin-timeout"
  /// SO_REUSEADDR only in the new program, if the old sockets did not have it.
  case reuseAddressOnOneSide = "reuseaddr-on-one-side"
  /// SO_REUSEADDR with an existing listener.
  case reuseAddressBesideListener = "reuseaddr-beside-listener"
  /// SO_REUSEPORT only in the new program, or with another user.
  case reusePortOnOneSide = "reuseport-on-one-side"
  /// Ending a listener whose connections live on.
  case endingListener = "ending-listener"
  /// Destroying a listener. It stays bound until its process closes it.
  case destroyingListener = "destroying-listener"
  /// Looking for a listener if none blocks.
  case lookingForListener = "looking-for-listener"
  /// Waiting for a minute if no TIME_WAIT record blocks.
  case waitingAMinute = "waiting-a-minute"
  /// A larger `net.core.somaxconn`.
  case largerBacklog = "somaxconn"

  /// File capabilities and AmbientCapabilities, if no capability has an effect.
  case capabilityInForeignNetwork = "capability-in-foreign-network"
  /// The same, if the capability is not in the bounding set.
  case capabilityOutsideBoundingSet = "capability-outside-bounding-set"
  /// File capabilities under no_new_privs.
  case fileCapability = "file-capability"
}

extension Diagnosis {
  /// Advice that a reader may find elsewhere and that does not help with this diagnosis.
  public var misbeliefs: [Misbelief] {
    if verdict == .error(.accessDenied) { return Self.misbeliefs(privileges?.capabilityObstacle) }
    let blockers = blockers
    guard !blockers.isEmpty else { return [] }
    let uses = Set(blockers.map(\.use))
    let isTCP = request.protocol == .tcp
    var found: Set<Misbelief> = []
    if uses.contains(.timeWait) { found.insert(.timeWaitReuse) }
    if uses.contains(.timeWait), !blockers.contains(where: \.isHalfClosed) { found.insert(.finTimeout) }
    if isTCP, uses.contains(.listener) {
      found.formUnion([.reuseAddressBesideListener, .destroyingListener])
      let remains = sockets.contains { ![.listener, .outgoingConnection, .boundInactive].contains($0.use) }
      if remains { found.insert(.endingListener) }
    }
    if isTCP, !uses.contains(.timeWait) { found.insert(.waitingAMinute) }
    if isTCP, !uses.contains(.listener) { found.insert(.lookingForListener) }
    // If the options of the other side are hidden, it may help. A failed bind() with the option shows that it does not.
    let hasFailed = request.options.contains(.reuseAddress) && probe == .failed(.addressInUse)
    if blockers.contains(where: { $0.defeatsReuseAddress || hasFailed && $0.use == .timeWait }) {
      found.insert(.reuseAddressOnOneSide)
    }
    if blockers.contains(where: \.defeatsReusePort) { found.insert(.reusePortOnOneSide) }
    return Misbelief.allCases.filter(found.contains)
  }

  private static func misbeliefs(_ obstacle: CapabilityObstacle?) -> [Misbelief] {
    switch obstacle {
    case .foreignNetwork?: [.capabilityInForeignNetwork]
    case .boundingSet?: [.capabilityOutsideBoundingSet]
    case .noNewPrivileges?: [.fileCapability]
    case nil: []
    }
  }
}

extension DiagnosedSocket {
  /// Whether SO_REUSEADDR only on the other side would not be enough.
  fileprivate var defeatsReuseAddress: Bool { use != .listener && portSocket.options[.reuseAddress] == false }

  /// Whether SO_REUSEPORT only on the other side would not be enough.
  fileprivate var defeatsReusePort: Bool {
    guard case .blocks(let reason) = effect else { return false }
    return reason.reusePort == .otherUser || reason.reusePort == .socketLacksIt
  }
}
