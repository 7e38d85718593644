internal import SockDiag
internal import SocketOwners

/// Why no process is ended.
enum EndingRefusal {
  /// No process holds a socket of the port.
  case noHolder
  /// Only records of closed connections are left; the time is that of the last one that is known to expire.
  case onlyRecords([InetSocket], expireIn: Duration?)
  /// Processes hold the same port of the other protocol. None is named if they are hidden.
  case onlyOtherProtocol(PortSelection, [ProcessDetails])
  /// Only connections have the port, and their owners are ended only on request.
  ///
  /// The kernel does not tell accepted and outgoing connections apart. It chooses outgoing ports from a range that servers
  /// seldom use: the last value says whether the port is in it.
  case onlyConnections([HeldSocket], isChoosable: Bool)
  /// A process holds the port that other programs depend on; for systemd with the unit, if that is known.
  case manager(EndingTarget, socketUnit: SystemdUnit?)
  /// Only this command holds the port.
  case onlyThisCommand
  /// No process is known to hold these sockets.
  case unknownHolders([HeldSocket])
  /// The processes ended while they were looked at.
  case holderHasEnded
  /// A unit or container may start the process again, and the user has not confirmed the signal.
  case supervised(EndingTarget)
  /// The user answered no.
  case declined
}

extension EndingRefusal {
  /// The kind of a refusal, by its name in JSON.
  enum Kind: String, CaseIterable {
    case noHolder = "no-holder"
    case onlyRecords = "only-records"
    case onlyOtherProtocol = "only-other-protocol"
    case onlyConnections = "only-connections"
    case manager
    case onlyThisCommand = "only-this-command"
    case unknownHolders = "unknown-holders"
    case holderHasEnded = "holder-has-ended"
    case supervised
    case declined
  }

  var kind: Kind {
    switch self {
    case .noHolder: .noHolder
    case .onlyRecords: .onlyRecords
    case .onlyOtherProtocol: .onlyOtherProtocol
    case .onlyConnections: .onlyConnections
    case .manager: .manager
    case .onlyThisCommand: .onlyThisCommand
    case .unknownHolders: .unknownHolders
    case .holderHasEnded: .holderHasEnded
    case .supervised: .supervised
    case .declined: .declined
    }
  }
}
