/// What is looked for.
public enum FindingRule: String, Sendable, Hashable, CaseIterable, Codable {
  /// Few ports are left for further connections from one address to one destination.
  case portsToDestination = "ports-to-destination"
  /// Few ports are left that no socket has at all.
  case portsToBind = "ports-to-bind"
  /// There are nearly as many connections in TIME_WAIT as there may be.
  case timeWaitCount = "time-wait-count"
  /// Connections are closed without TIME_WAIT.
  case timeWaitOverflow = "time-wait-overflow"
  /// The accept queue of a listener is full.
  case acceptQueue = "accept-queue"
  /// Listeners drop connections because their accept queues are full.
  case listenOverflow = "listen-overflow"
  /// A process does not close connections that the peers closed.
  case closeWait = "close-wait"
  /// There are nearly as many sockets without descriptor as there may be.
  case orphans
  /// Sockets without descriptor are reset.
  case orphansReset = "orphans-reset"
  /// One of several listeners that share a port accepts nothing.
  case silentMember = "silent-member"
  /// The kernel may give away the port of a listener while it restarts.
  case portInRange = "port-in-range"
  /// A connection has itself for a peer, and keeps a server from its port.
  case selfConnection = "self-connection"
}

/// How bad it is.
public enum FindingSeverity: String, Sendable, Hashable, CaseIterable, Codable {
  /// Something fails now, or nobody attends to it.
  case failing
  /// Nothing fails yet.
  case risk
}
