/// What a wait is for.
protocol WaitGoal: ~Copyable {
  /// Looks whether it has come about.
  mutating func look() throws -> LookResult
  /// Where something is to be read when a look may be worth it before its time.
  var descriptors: [Int32] { get }
  /// Reads what is there.
  ///
  /// - Returns: Whether a look is worth it.
  mutating func drainEvents() -> Bool
}

/// What a look at what is waited for showed.
enum LookResult: Hashable {
  /// It has come about.
  case isReached
  case notYet(WaitStatus)
}

/// How it stands with what has not come about.
struct WaitStatus: Hashable {
  /// When to look again, unless something is heard before.
  var lookAfter: Duration
  /// When it comes about by itself, where that is known.
  var expected: Duration?
  /// What is in the way.
  var obstacle: String
  /// What the user has to know, once.
  var remark: String?
}
