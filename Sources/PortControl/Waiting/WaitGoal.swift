public import BindDiagnosis
public import SockDiag

/// A state that a wait is for, as it is looked at.
protocol WaitGoal: ~Copyable {
  /// Looks once.
  ///
  /// - Throws: ``PortControlError`` if sockets cannot be read, or for an error of bind() that does not pass.
  mutating func look() throws(PortControlError) -> LookResult
  /// The descriptors to sleep on: one becomes readable when a look may be worth it before its time.
  var descriptors: [Int32] { get }
  /// Reads the events that have arrived.
  ///
  /// - Returns: Whether a look is worth it.
  mutating func drainEvents() -> Bool
}

/// The result of one look.
enum LookResult {
  case isReached
  case notYet(WaitStatus)

  var isReached: Bool {
    switch self {
    case .isReached: true
    case .notYet: false
    }
  }
}

/// Why a goal is not reached yet, and when it may be.
public struct WaitStatus: Sendable {
  /// When to look again, unless an event comes first.
  public var lookAfter: Duration
  /// When timers of the kernel reach the goal; `nil` where it takes more than timers.
  public var expected: Duration?
  /// The reason.
  public var obstacle: WaitObstacle

  /// Creates a status.
  public init(lookAfter: Duration, expected: Duration? = nil, obstacle: WaitObstacle) {
    (self.lookAfter, self.expected, self.obstacle) = (lookAfter, expected, obstacle)
  }
}

extension WaitStatus: CustomStringConvertible {
  /// The obstacle, and the time that timers take, as one sentence without a full stop.
  public var description: String {
    guard let expected else { return "\(obstacle)" }
    return "\(obstacle); expected \(expected > .zero ? "in \(expected.words)" : "any moment")"
  }
}

/// The reason why a goal is not reached.
public enum WaitObstacle: Sendable {
  /// bind() fails, or may fail: the last diagnosis of each request that names the processes.
  case bind([Diagnosis])
  /// Something is to listen on this address, which the host does not have.
  case addressNotLocal(IPAddress)
  /// Only these sockets are on the port, and a client that connects as asked reaches none of them. Often there are
  /// none.
  case otherSockets([InetSocket])
  /// The name of a UNIX socket is not free, or not served.
  case unix(UnixDiagnosis)
}

extension WaitObstacle: CustomStringConvertible {
  /// The reason as one sentence without a full stop.
  public var description: String {
    switch self {
    case .bind(let diagnoses): diagnoses.summary
    case .addressNotLocal(let address): "\(address) is no address of this host"
    case .otherSockets(let sockets): Self.text(sockets)
    case .unix(let diagnosis): diagnosis.headline
    }
  }

  private static func text(_ sockets: [InetSocket]) -> String {
    guard let first = sockets.first else { return "nothing is there" }
    let place = first.localPlace
    return sockets.count == 1 ? "only \(place) is there" : "only \(place) and \(sockets.count - 1) more are there"
  }
}
