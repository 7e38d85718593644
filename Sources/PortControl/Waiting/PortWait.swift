public import BindDiagnosis
public import SockDiag

/// A wait until ports or the names of UNIX sockets are free, or until something listens on them.
///
/// ```swift
/// for try await step in PortWait(.free(PortSelection(8080)), timeout: .seconds(30)) {
///   print(step)
/// }
/// ```
///
/// It polls as little as it can. While only timers of the kernel block a port, it sleeps until they expire; while
/// sockets block it, the kernel announces their end. Listeners and UNIX sockets are not announced: it looks for them up
/// to fifty times a second, and four times a second later on.
public struct PortWait: Sendable {
  /// What is waited for. With several ports or names, it must hold for all of them at the same time.
  public struct Goal: Sendable {
    enum Kind {
      case freePorts(PortSelection, probes: Bool)
      case binds([BindRequest], probes: Bool)
      case listening(PortSelection)
      case unix([UnixRequest], isForFree: Bool)
    }

    let kind: Kind

    /// A bind() of each port succeeds, as ``PortSelection/requests(options:uid:)`` makes it.
    ///
    /// - Parameters:
    ///   - ports: The ports.
    ///   - probes: Whether each look makes a real bind(), which decides what cannot be seen. It takes the port for a
    ///     moment.
    public static func free(_ ports: PortSelection, probes: Bool = false) -> Goal {
      Goal(kind: .freePorts(ports, probes: probes))
    }

    /// These calls of bind() succeed.
    public static func free(_ requests: [BindRequest], probes: Bool = false) -> Goal {
      Goal(kind: .binds(requests, probes: probes))
    }

    /// A client on this host that connects to the ports reaches a listener; with UDP, a socket that is bound and not
    /// connected. Of several addresses in one part one is enough, since clients try them in turn. Packet filters do not
    /// count.
    public static func listening(_ ports: PortSelection) -> Goal { Goal(kind: .listening(ports)) }

    /// A bind() to each name of a UNIX socket succeeds: also its file is gone.
    public static func freeNames(_ requests: [UnixRequest]) -> Goal { Goal(kind: .unix(requests, isForFree: true)) }

    /// A listener, or a datagram socket, has each name.
    public static func servedNames(_ requests: [UnixRequest]) -> Goal { Goal(kind: .unix(requests, isForFree: false)) }
  }

  /// What is waited for.
  public var goal: Goal
  /// How long to wait; `nil` for no limit, and 0 for a single look.
  public var timeout: Duration?
  /// Whether to wait longer than that while only timers of the kernel block, since they expire by themselves.
  public var outlastsTimers: Bool
  /// From where the ports are seen.
  public var viewpoint: PortViewpoint

  /// Creates a wait. It begins when a task iterates over it, or with ``wait()``.
  public init(
    _ goal: Goal, timeout: Duration? = nil, outlastsTimers: Bool = false, from viewpoint: PortViewpoint = .here
  ) {
    (self.goal, self.timeout, self.outlastsTimers, self.viewpoint) = (goal, timeout, outlastsTimers, viewpoint)
  }

  /// Waits, and blocks the calling thread.
  ///
  /// - Throws: ``PortControlError`` if sockets cannot be read, or if bind() fails with an error that no waiting
  ///   changes.
  public func wait() throws(PortControlError) -> WaitResult {
    var host = QuietHost()
    return try wait(in: &host)
  }

  /// Waits in a host, which shows the states and may end the wait.
  package func wait<Host: WaitHost>(in host: inout Host) throws(PortControlError) -> WaitResult {
    switch goal.kind {
    case .freePorts(let ports, let probes): return try waitForFree(ports.requests(), probes, &host)
    case .binds(let requests, let probes): return try waitForFree(requests, probes, &host)
    case .listening(let ports):
      var goal = try ListeningPortGoal(ports, from: viewpoint)
      var result = try run(&goal, &host)
      result.ports = goal.ports.map { WaitResult.Port($0) }
      return result
    case .unix(let requests, let isForFree):
      var goal = try UnixGoal(requests, isForFree: isForFree, from: viewpoint)
      var result = try run(&goal, &host)
      if result.outcome == .timedOut, let missing = goal.missing {
        result.unixDiagnosis = try goal.fullDiagnosis(of: missing)
      }
      return result
    }
  }

  private func waitForFree<Host: WaitHost>(
    _ requests: [BindRequest], _ probes: Bool, _ host: inout Host
  ) throws(PortControlError) -> WaitResult {
    var goal = try FreePortGoal(requests, probes: probes, from: viewpoint)
    var result = try run(&goal, &host)
    result.diagnoses = goal.fullDiagnoses
    return result
  }

  private func run<Goal: WaitGoal & ~Copyable, Host: WaitHost>(
    _ goal: inout Goal, _ host: inout Host
  ) throws(PortControlError) -> WaitResult {
    var waiter = Waiter(timeout: timeout ?? Self.noLimit, outlastsTimers: outlastsTimers, in: host)
    defer { host = waiter.host }
    let outcome = try waiter.wait(for: &goal)
    return WaitResult(outcome: outcome, status: waiter.status, limit: waiter.limit)
  }

  /// A century.
  private static let noLimit = Duration.seconds(3_155_760_000)
}

/// How a wait ended.
public struct WaitResult: Sendable, Hashable {
  /// Whether the goal was reached.
  public var outcome: WaitOutcome
  /// The last state that did not reach the goal; `nil` if the first look reached it.
  public var status: WaitStatus?
  /// How long it would have waited: the timeout, or longer where it outlasted timers.
  public var limit: Duration
  /// The last diagnosis of each bind() that names the processes; empty unless the wait was for a free port, and if the
  /// first look found it free.
  public var diagnoses: [Diagnosis] = []
  /// The ports that were to be listened on; empty for another goal.
  public var ports: [Port] = []
  /// The first name that is not free, or not served, with its processes; `nil` unless the time is up.
  public var unixDiagnosis: UnixDiagnosis?

  /// A port that was to be listened on.
  public struct Port: Sendable, Hashable {
    /// The protocol.
    public var transport: TransportProtocol
    /// The port.
    public var number: UInt16
    /// The sockets that a client reaches. With ``PortSelection/Place/allAddresses`` one family may still lack one.
    public var listeners: [InetSocket]
    /// Whether the goal holds for this port.
    public var isReached: Bool
  }

  /// Whether the goal was reached.
  public var isReached: Bool { outcome == .reached }
}

extension WaitResult: CustomStringConvertible {
  /// The outcome, and the obstacle where there is one, as one sentence without a full stop.
  public var description: String {
    switch outcome {
    case .reached: "reached"
    case .timedOut: "timed out" + (status.map { ": \($0)" } ?? "")
    case .cancelled: "cancelled"
    }
  }
}
