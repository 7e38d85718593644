internal import SockDiag

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
public struct WaitStatus: Sendable, Hashable {
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
