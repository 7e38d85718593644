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
  /// What could not be looked at.
  public var blindSpots: BlindSpots
  /// Why the sockets were read from `/proc/net`, which tells less; `nil` if sock_diag reported them.
  public var substitution: SockDiagError?
  /// Listeners on the same port in other network namespaces, which are in nobody's way here.
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

  /// What a diagnosis could not look at.
  public struct BlindSpots: OptionSet, Hashable, Sendable, Codable {
    /// The bits. They are ours.
    public let rawValue: UInt8

    /// Creates a set from its bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The kernel's list of sockets may lack some.
    public static let incompleteList = BlindSpots(rawValue: 1 << 0)
    /// Sockets that are bound and do nothing: kernels before 6.8 do not report them.
    public static let boundSockets = BlindSpots(rawValue: 1 << 1)
    /// Processes that hold sockets, which takes privileges.
    public static let processes = BlindSpots(rawValue: 1 << 2)
    /// Options of sockets whose processes are known, which takes the right to trace them.
    public static let options = BlindSpots(rawValue: 1 << 3)
    /// Other network namespaces, which takes privileges. They decide nothing.
    public static let otherNamespaces = BlindSpots(rawValue: 1 << 4)
    /// Whether the address is one of this host.
    public static let address = BlindSpots(rawValue: 1 << 5)
  }

  /// The answer in a word.
  public var verdict: Verdict {
    switch probe {
    case .failed(let error)?: return error == .addressInUse ? .conflict : .error(error)
    // Of a port that only listen() takes, a bind() shows nothing.
    case .succeeded? where !request.choosesPortLater: return .free
    case .succeeded?, .impossible?, nil: break
    }
    switch prediction.decisive {
    case .fails(let error): return error == .addressInUse ? .conflict : .error(error)
    case .depends: return .depends
    case .succeeds: return .free
    }
  }

  /// The answer in a word.
  public enum Verdict: Hashable, Sendable {
    /// bind() succeeds, and so does listen().
    case free
    /// The port is in use: EADDRINUSE.
    case conflict
    /// It hangs on what nobody tells.
    case depends
    /// Another error.
    case error(BindErrno)
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
  public var freeAfter: Duration? {
    var longest: Duration?
    for blocker in blockers {
      guard case .after(let rest) = blocker.release else { return nil }
      longest = max(longest ?? .zero, rest)
    }
    return longest
  }
}
