internal import BindDiagnosis
internal import SockDiag

/// A state that a wait is for.
protocol WaitGoal: ~Copyable {
  /// Looks once.
  mutating func look() throws -> LookResult
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
struct WaitStatus {
  /// When to look again, unless an event comes first.
  var lookAfter: Duration
  /// When timers of the kernel reach the goal; `nil` where it takes more than timers.
  var expected: Duration?
  var obstacle: WaitObstacle
}

/// The reason why a goal is not reached.
enum WaitObstacle {
  /// bind() fails, or may fail: the diagnosis of each request.
  case bind([Diagnosis])
  /// Something is to listen on this address, which the host does not have.
  case addressNotLocal(IPAddress)
  /// Only these sockets are on the port, and a client that connects as asked reaches none of them. Often there are none.
  case otherSockets([InetSocket])
  /// The name of a UNIX socket is not free, or not served.
  case unix(UnixDiagnosis)
}

/// An error of bind() that does not pass, such as a missing privilege.
struct PermanentBindFailure: Error {
  var errno: BindErrno
  var diagnosis: Diagnosis
}
