/// The rules.
#if hasAttribute(nonexhaustive)
  @nonexhaustive
#endif
public enum FindingRule: String, Sendable, Hashable, CaseIterable, Codable {
  /// Few ports are left for further connections from one address to one destination.
  case portsToDestination = "ports-to-destination"
  /// Few ports are left that no socket uses.
  case portsToBind = "ports-to-bind"
  /// The number of connections in TIME_WAIT is close to its limit.
  case timeWaitCount = "time-wait-count"
  /// Connections are closed without TIME_WAIT.
  case timeWaitOverflow = "time-wait-overflow"
  /// The accept queue of a listener is full.
  case acceptQueue = "accept-queue"
  /// Listeners drop connections because their accept queues are full.
  case listenOverflow = "listen-overflow"
  /// A process does not close connections that the peers closed.
  case closeWait = "close-wait"
  /// The number of sockets without descriptor is close to its limit.
  case orphans
  /// Sockets without descriptor are reset.
  case orphansReset = "orphans-reset"
  /// One of several listeners that share a port accepts nothing.
  case silentMember = "silent-member"
  /// The kernel may give a listener's port away while the listener restarts.
  case portInRange = "port-in-range"
  /// A connection is its own peer, and keeps a server from its port.
  case selfConnection = "self-connection"
}

/// The severity.
public enum FindingSeverity: String, Sendable, Hashable, CaseIterable, Codable {
  /// Something fails now, or will not recover.
  case failing
  /// Nothing fails yet.
  case risk
}
