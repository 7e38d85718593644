public import SockDiag
internal import SockDiagWire
public import SocketOwners

/// What bind() and connect() answer for the name of a UNIX socket, and why.
public struct UnixDiagnosis: Hashable, Sendable {
  /// The calls that were examined.
  public var request: UnixRequest
  /// What the file system says; `nil` for an abstract name, for a name that is too long, and if it could not be asked.
  public var facts: UnixPathFacts?
  /// Why the file system could not be asked with the rights of the caller.
  public var factsError: BindFactError?
  /// What is behind the name.
  public var presence = UnixPresence.nothing
  /// The answer of bind().
  public var bind: UnixOutcome
  /// The answer of connect().
  public var connect: UnixOutcome
  /// The sockets that have to do with the name, the server first.
  public var sockets: [DiagnosedUnixSocket] = []
  /// Where the processes come from, by their ids.
  public var origins: [Int32: ProcessOrigin] = [:]
  /// Why the sockets come from `/proc/net/unix`; `nil` if sock_diag reported them.
  public var substitution: SockDiagError?
  /// The process that calls; `nil` if none calls.
  public var caller: Int32? { request.process }

  init(_ request: UnixRequest) {
    self.request = request
    (bind, connect) = (.unknown, .unknown)
  }

  /// Creates a diagnosis from what is known; the answers follow by ``UnixRule``.
  public init(
    _ request: UnixRequest, _ facts: UnixPathFacts?, _ presence: UnixPresence, sockets: [DiagnosedUnixSocket] = []
  ) {
    self.init(request)
    (self.facts, self.presence, self.sockets) = (facts, presence, sockets)
    answer()
  }

  /// Finds the answers by the rule.
  mutating func answer() {
    if request.name.isAbstract || request.isTooLong {
      bind = UnixRule.bindAbstract(request, beside: presence)
      connect = UnixRule.connectAbstract(request, to: presence)
    } else if let facts {
      bind = UnixRule.bind(request, facts)
      connect = UnixRule.connect(request, facts, to: presence)
    } else {
      (bind, connect) = (.unknown, .unknown)
    }
  }

  /// The answer in one word.
  public var verdict: Diagnosis.Verdict {
    switch bind {
    case .succeeds: .free
    case .fails(let error): Diagnosis.Verdict(error)
    case .unknown: .depends
    }
  }

  /// The socket that has the name, with its processes; `nil` if there is none, or if it is hidden.
  public var server: DiagnosedUnixSocket? { sockets.first { $0.role == .server } }

  /// Whether a socket accepts connections, or takes datagrams, under the name. It counts neither rights nor a full queue.
  public var isServed: Bool {
    guard case .server(let server) = presence else { return false }
    return server.type == .datagram || server.state == .listen
  }

  /// Whether the path is a socket file without a socket, for certain. Such a file can be removed.
  public var isStale: Bool { presence == .nothing && facts?.target?.type == .socket }
}
