public import SockDiag
public import SocketOwners

/// The input of the rules: one network namespace at two moments.
///
/// ``HostObserver`` collects it; other code may fill it in too.
public struct HostFacts: Sendable {
  /// The settings of the namespace.
  public var settings = KernelSettings.unknown
  /// The counters at the first moment.
  public var countersBefore = NetworkCounters.unknown
  /// The counters at the second moment.
  public var counters = NetworkCounters.unknown
  /// The time between the two moments.
  public var interval: Duration = .seconds(1)
  /// TCP listeners at the first moment.
  public var listenersBefore: [InetSocket] = []
  /// TCP listeners at the second moment.
  public var listeners: [InetSocket] = []
  /// The inodes of the listeners whose port the kernel chose, because no program requested one; `nil` if that is not
  /// known.
  public var listenersWithChosenPort: Set<UInt32>?
  /// TCP sockets that do not listen, at the second moment. Those in CLOSE_WAIT have their `tcp_info`.
  ///
  /// An observer keeps all sockets in CLOSE_WAIT, all that are only bound, and those that a rule may name. Of the others
  /// it keeps one on each port, and counts the rest: see ``omittedSockets``.
  public var sockets: [InetSocket] = []
  /// UDP sockets at the second moment; of an observer, one on each port.
  public var udpSockets: [InetSocket] = []
  /// The number of TCP sockets that were seen and are not in ``sockets``.
  public internal(set) var omittedSockets = 0
  /// The number of UDP sockets that were seen and are not in ``udpSockets``.
  public internal(set) var omittedUDPSockets = 0
  /// The connections of all TCP sockets that were seen; `nil` if ``sockets`` has them all.
  var traffic: RouteTraffic?
  /// The processes that hold sockets, by inode, the one that made the socket first. Empty if no process holds it,
  /// absent if that is not known.
  public var holders: [UInt32: [FilterHolder]] = [:]
  /// Why no process could be searched; `nil` if they were searched, or not asked for.
  public var ownersError: SocketOwnersError?
  /// Whether all TCP sockets were seen.
  public var defects: DumpDefects = .complete
  /// Whether all UDP sockets were seen.
  public var udpDefects: DumpDefects = .complete
  /// Why the TCP sockets were read from `/proc/net`; `nil` if sock_diag reported them.
  public var substitution: SockDiagError?
  /// The same of the UDP sockets.
  public var udpSubstitution: SockDiagError?

  /// Creates facts about a host without sockets, with everything else unknown.
  public init() {}
}

extension HostFacts {
  /// All findings, the most severe first, otherwise in the order of the rules.
  ///
  /// A pure function. Unknown facts cause no findings.
  ///
  /// - Complexity: O(n log n) in the sockets.
  public func findings(_ limits: FindingLimits = FindingLimits()) -> [Finding] {
    let all =
      portsToDestination(limits) + portsToBind(limits) + timeWait(limits) + acceptQueues() + closeWait(limits)
      + orphans(limits) + silentMembers() + portsInRange(limits) + selfConnections(limits)
    return all.filter { $0.severity == .failing } + all.filter { $0.severity == .risk }
  }

  /// The sockets whose holders the rules need.
  public func socketsToAttribute(_ limits: FindingLimits = FindingLimits()) -> [InetSocket] {
    let leaked = oldCloseWaits(limits)
    return listeners + sockets.filter(\.isConnectedToItself) + (leaked.count >= limits.closeWaitCount ? leaked : [])
  }

  /// The rise of a counter between the moments; `nil` if there was none, or it is not known.
  func rise(of counter: KeyPath<NetworkCounters, UInt64?>) -> UInt64? {
    guard let before = countersBefore[keyPath: counter], let after = counters[keyPath: counter], after > before else {
      return nil
    }
    return after - before
  }

  /// The process to name for a socket: the one that made it, because others may have inherited it unknowingly.
  func process(of socket: InetSocket) -> FilterHolder? { holders[socket.inode]?.first }

  /// The time between the moments, as text: `1.0 s`.
  var intervalText: String {
    let (seconds, attoseconds) = interval.components
    return "\(seconds).\(attoseconds / 100_000_000_000_000_000) s"
  }
}
