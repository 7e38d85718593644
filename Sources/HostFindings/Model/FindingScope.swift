internal import SockDiag

/// What the rules looked at, so that an answer without findings can be trusted.
public struct FindingScope: Sendable, Hashable, Codable {
  /// The number of TCP sockets, listeners included.
  public var tcpSockets = 0
  /// The number of UDP sockets.
  public var udpSockets = 0
  /// The number of TCP listeners.
  public var listeners = 0
  /// The number of destinations whose connections have ports that the kernel may have chosen. A destination counts once
  /// for each address of this host that has such connections to it.
  public var destinations = 0
  /// The rules that could not be checked, because the kernel or a sandbox hides the figures that they need.
  public var uncheckedRules: [FindingRule] = []

  /// Creates the scope of a look at nothing.
  public init() {}
}

extension HostFacts {
  /// What the rules look at.
  ///
  /// - Complexity: O(n) in the sockets.
  public var scope: FindingScope {
    var scope = FindingScope()
    scope.tcpSockets = listeners.count + sockets.count + omittedSockets
    scope.udpSockets = udpSockets.count + omittedUDPSockets
    scope.listeners = listeners.count
    scope.destinations = destinationCount
    scope.uncheckedRules = FindingRule.allCases.filter { !canCheck($0) }
    return scope
  }

  /// Whether the facts that a rule needs are known.
  private func canCheck(_ rule: FindingRule) -> Bool {
    switch rule {
    case .portsToDestination, .portsToBind, .portInRange: settings.choosablePorts != nil
    case .timeWaitCount: counters.timeWaits != nil && settings.maximumTimeWait != nil
    case .timeWaitOverflow: isKnown(\.timeWaitOverflows)
    case .listenOverflow: isKnown(\.listenOverflows)
    case .orphans: counters.orphans != nil && settings.maximumOrphans != nil
    case .orphansReset: isKnown(\.abortsOnMemory)
    case .acceptQueue: listeners.allSatisfy { $0.acceptQueueLimit != nil }
    case .closeWait, .silentMember, .selfConnection: true
    }
  }

  private func isKnown(_ counter: KeyPath<NetworkCounters, UInt64?>) -> Bool {
    countersBefore[keyPath: counter] != nil && counters[keyPath: counter] != nil
  }
}
