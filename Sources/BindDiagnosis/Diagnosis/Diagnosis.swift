public import SockDiag
public import SocketOwners

/// Why a bind() fails, or that it does not.
public struct Diagnosis: Sendable {
  /// What was asked about.
  public var request: BindRequest
  /// What bind() and listen() answer.
  public var prediction: BindPrediction
  /// The sockets on the port, those that block first. Empty for port 0.
  public var sockets: [DiagnosedSocket]
  /// What else decides.
  public var conditions: BindConditions
  /// The settings of the network namespace.
  public var settings: KernelSettings
  /// How many ports were left to choose from; `nil` if the request names a port.
  public var freePorts: Int?
  /// Whether connect() may find a port where bind() finds none.
  var mayConnect = false
  /// What a live bind answered, where one was made: `nil` in it is success.
  public var probe: Probe?
  /// What security modules, filters and programs say to the bind(); `nil` if they were not asked.
  public var rehearsal: BindRehearsal?
  /// What may refuse a bind() besides sockets, the address and the capability.
  public var restraints = BindRestraints()
  /// Why the kernel does not let the socket have the address; `nil` if that is not the error, or not known.
  public var addressObstacle: AddressObstacle?
  /// What could not be looked at.
  public var blindSpots: BlindSpots
  /// Why the sockets were read from `/proc/net`, which tells less; `nil` if sock_diag reported them.
  public var substitution: SockDiagError?
  /// Listeners on the same port in other network namespaces. They do not conflict.
  public var elsewhere: [ListenerElsewhere]
  /// Where this process itself is among cgroups; `nil` if that is not known.
  public var surroundings: CgroupPath?
  /// Rules that send what arrives for the port elsewhere; `nil` if that was not looked at.
  public var redirections: PortRedirections?
  /// The process that asked for the port and is there, where one did: it may hold the port itself.
  public var caller: Int32?
  /// What the process may do that asks for the port; `nil` unless that decides. See ``Diagnostician/diagnose(_:_:by:process:)``.
  public var privileges: Privileges?

  /// What a live bind answered.
  public enum Probe: Hashable, Sendable {
    /// bind() succeeded.
    case succeeded
    /// bind() failed.
    case failed(BindErrno)
    /// It did not come to a bind, and why.
    case impossible(BindFactError)
  }

  /// Whether bind() fails with an error that passes by itself: an address is still being checked for duplicates.
  public var isPassing: Bool {
    verdict == .error(.addressNotAvailable) && addressObstacle?.isPassing == true
  }

  /// Whether the live bind and the rule disagree for certain.
  var contradictsProbe: Bool {
    switch (probe, prediction.bind) {
    case (.succeeded?, .fails), (.failed?, .succeeds): true
    default: false
    }
  }

  /// What blocks, or may.
  public var blockers: [DiagnosedSocket] { sockets.filter(\.mayBlock) }

  /// The descriptor by which the process that asks holds a socket itself, the first of several; `nil` if it does not, or if
  /// no process asks.
  public func ownDescriptor(of socket: DiagnosedSocket) -> UInt32? {
    caller.flatMap { caller in socket.holders.first { $0.pid == caller }?.descriptor }
  }

  /// When the last of the blockers goes by itself; `nil` if there are none, or if one of them does not.
  public var freeIn: Duration? {
    var longest: Duration?
    for blocker in blockers {
      guard case .after(let rest) = blocker.release else { return nil }
      longest = max(longest ?? .zero, rest)
    }
    return longest
  }
}
