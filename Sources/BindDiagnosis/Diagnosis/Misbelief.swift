internal import SockDiag

/// What is often advised against a port in use, and does not help.
public enum Misbelief: String, CaseIterable, Hashable, Sendable, Codable {
  /// `net.ipv4.tcp_tw_reuse` is for connect() alone.
  case timeWaitReuse = "tcp-tw-reuse"
  /// `net.ipv4.tcp_fin_timeout` is for FIN_WAIT2; TIME_WAIT takes 60 s by the kernel's making.
  case finTimeout = "tcp-fin-timeout"
  /// SO_REUSEADDR in the new program alone, where the old sockets did not have it.
  case reuseAddressOnOneSide = "reuseaddr-on-one-side"
  /// SO_REUSEADDR beside a listener.
  case reuseAddressBesideListener = "reuseaddr-beside-listener"
  /// SO_REUSEPORT in the new program alone, or among users.
  case reusePortOnOneSide = "reuseport-on-one-side"
  /// Ending a listener, whose connections live on.
  case endingListener = "ending-listener"
  /// Destroying a listener, which keeps its port until its process closes it.
  case destroyingListener = "destroying-listener"
  /// Looking for a listener, where none is in the way.
  case lookingForListener = "looking-for-listener"
  /// Waiting for a minute, where nothing in TIME_WAIT is in the way.
  case waitingAMinute = "waiting-a-minute"
  /// A larger `net.core.somaxconn`.
  case largerBacklog = "somaxconn"

  /// File capabilities and AmbientCapabilities, where no capability counts.
  case capabilityInForeignNetwork = "capability-in-foreign-network"
  /// The same, where the bounding set has not got the capability.
  case capabilityOutsideBoundingSet = "capability-outside-bounding-set"
  /// File capabilities under no_new_privs.
  case fileCapability = "file-capability"

  /// Those that somebody may come upon who has this diagnosis.
  public static func tempting(_ diagnosis: Diagnosis) -> [Misbelief] {
    if diagnosis.verdict == .error(.accessDenied) { return tempting(diagnosis.privileges?.capabilityObstacle) }
    let blockers = diagnosis.blockers
    guard !blockers.isEmpty else { return [] }
    let uses = Set(blockers.map(\.use))
    let isTCP = diagnosis.request.protocol == .tcp
    var found: Set<Misbelief> = []
    if uses.contains(.timeWait) { found.insert(.timeWaitReuse) }
    if uses.contains(.timeWait), !blockers.contains(where: \.isHalfClosed) { found.insert(.finTimeout) }
    if isTCP, uses.contains(.listener) {
      found.formUnion([.reuseAddressBesideListener, .destroyingListener])
      let remains = diagnosis.sockets.contains { ![.listener, .outgoingConnection, .boundInactive].contains($0.use) }
      if remains { found.insert(.endingListener) }
    }
    if isTCP, !uses.contains(.timeWait) { found.insert(.waitingAMinute) }
    if isTCP, !uses.contains(.listener) { found.insert(.lookingForListener) }
    // Where the other side's options are hidden, it may help; a bind() with it that fails shows that it does not.
    let hasFailed = diagnosis.request.options.contains(.reuseAddress) && diagnosis.probe == .failed(.addressInUse)
    if blockers.contains(where: { $0.defeatsReuseAddress || hasFailed && $0.use == .timeWait }) {
      found.insert(.reuseAddressOnOneSide)
    }
    if blockers.contains(where: \.defeatsReusePort) { found.insert(.reusePortOnOneSide) }
    return allCases.filter(found.contains)
  }

  private static func tempting(_ obstacle: CapabilityObstacle?) -> [Misbelief] {
    switch obstacle {
    case .foreignNetwork?: [.capabilityInForeignNetwork]
    case .boundingSet?: [.capabilityOutsideBoundingSet]
    case .noNewPrivileges?: [.fileCapability]
    case nil: []
    }
  }
}

extension DiagnosedSocket {
  /// Whether SO_REUSEADDR on the other side alone does not do it.
  fileprivate var defeatsReuseAddress: Bool { use != .listener && portSocket.options[.reuseAddress] == false }

  /// Whether SO_REUSEPORT on the other side alone does not do it.
  fileprivate var defeatsReusePort: Bool {
    guard case .blocks(let reason) = effect else { return false }
    return reason.reusePort == .otherUser || reason.reusePort == .socketLacksIt
  }
}
