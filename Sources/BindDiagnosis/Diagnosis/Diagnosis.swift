public import SockDiag
public import SocketOwners

/// Why a bind() fails, or that it succeeds.
public struct Diagnosis: Sendable, Hashable {
  /// The request.
  public var request: BindRequest
  /// The predicted answers of bind() and listen().
  public var prediction: BindPrediction
  /// The sockets on the port, blocking ones first. Empty for port 0.
  public var sockets: [DiagnosedSocket]
  /// The other conditions that decide.
  public var conditions: BindConditions
  /// The settings of the network namespace.
  public var settings: KernelSettings
  /// The number of ports left to choose from; `nil` if the request names a port.
  public var freePorts: Int?
  /// Whether connect() may find a port if bind() finds none.
  var mayConnect = false
  /// The result of a live bind, if one was made.
  public var probe: Probe?
  /// How security modules, filters and programs answer the bind(); `nil` if it was not rehearsed.
  public var rehearsal: BindRehearsal?
  /// The security rules that may refuse a bind().
  public var restraints = BindRestraints()
  /// Why the kernel refuses the address; `nil` if that is not the error, or not known.
  public var addressObstacle: AddressObstacle?
  /// Facts that could not be seen.
  public var blindSpots: BlindSpots
  /// Why the sockets were read from `/proc/net`, which has fewer fields; `nil` if sock_diag reported them.
  public var substitution: SockDiagError?
  /// The age, directory and ancestors of the processes, by process id; empty unless they were asked for.
  public var origins: [Int32: ProcessOrigin] = [:]
  /// Listeners on the same port in other network namespaces. They do not conflict.
  public var elsewhere: [ListenerElsewhere]
  /// Whether the kernel destroys records of closed connections, as it does since Linux 6.0. Kernel: `tcp_abort`,
  /// net/ipv4/tcp.c.
  public var destroysRecords = true
  /// The cgroup of this process; `nil` if it is not known.
  public var surroundings: CgroupPath?
  /// NAT rules that send the port's traffic elsewhere; `nil` if they were not read.
  public var redirections: PortRedirections?
  /// The process that asked for the port, if it exists: it may hold the port itself.
  public var caller: Int32?
  /// The privileges of the process that asks for the port; `nil` unless they decide. See
  /// ``Diagnostician/diagnose(_:_:by:process:)``.
  public var privileges: Privileges?

  /// The result of a live bind.
  #if hasAttribute(nonexhaustive)
    @nonexhaustive
  #endif
  public enum Probe: Hashable, Sendable {
    /// bind() succeeded.
    case succeeded
    /// bind() failed.
    case failed(BindErrno)
    /// The bind could not be tried; the reason.
    case impossible(BindFactError)
  }

  /// Whether bind() fails with a temporary error: an address is still being checked for duplicates.
  public var isPassing: Bool {
    verdict == .error(.addressNotAvailable) && addressObstacle?.isPassing == true
  }

  /// Whether the live bind certainly contradicts the rule.
  var contradictsProbe: Bool {
    switch (probe, prediction.bind) {
    case (.succeeded?, .fails), (.failed?, .succeeds): true
    default: false
    }
  }

  /// The sockets that block, or may block.
  public var blockers: [DiagnosedSocket] { sockets.filter(\.mayBlock) }

  /// The blocking sockets that no process holds and that the kernel destroys on request.
  public var destroyableBlockers: [DiagnosedSocket] {
    blockers.filter { $0.isLeftBehind && (destroysRecords || $0.use != .timeWait) }
  }

  /// Whether exactly one socket blocks, or may block. They come first, so this does not walk thousands.
  var hasOneBlocker: Bool {
    guard let first = sockets.firstIndex(where: \.mayBlock) else { return false }
    return !sockets[(first + 1)...].contains(where: \.mayBlock)
  }

  /// The first descriptor through which the requesting process itself holds a socket; `nil` if there is none, or if no
  /// process asks.
  public func ownDescriptor(of socket: DiagnosedSocket) -> UInt32? {
    caller.flatMap { caller in socket.holders.first { $0.pid == caller }?.descriptor }
  }

  /// The time until the last blocker is gone; `nil` if there are none, or if one stays.
  public var freeIn: Duration? {
    var longest: Duration?
    for blocker in blockers {
      guard case .after(let rest) = blocker.release else { return nil }
      longest = max(longest ?? .zero, rest)
    }
    return longest
  }
}
