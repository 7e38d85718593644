/// Sleeps until what is waited for has come about, or the time is up.
struct Waiter: ~Copyable {
  enum Outcome: Hashable {
    case isReached
    case timeUp
    /// The user wants the command to end.
    case interrupted
  }

  /// The wakeupCooldown after something was heard: on a host where ten thousand sockets end in a second, or a busy server ends
  /// on this port, it hears twenty times in that second, and is late by no more than this.
  static let wakeupCooldown = Duration.milliseconds(50)

  /// By how much the kernel may be late with a timer: it keeps those of minutes in classes of up to half a minute
  /// (`kernel/time/timer.c`).
  static let maximumTimerDelay = Duration.seconds(60)

  private let interruption: Interruption
  private let begin = ContinuousClock.now
  private let outlastsTimers: Bool
  private var deadline: ContinuousClock.Instant
  private var progress: ProgressLine
  /// Says a remark, and then is no more; `nil` where nobody wants it.
  private var tell: ((String) -> Void)?
  private var cooldownEnd: ContinuousClock.Instant?
  /// How it stood at the last look.
  private(set) var status: WaitStatus?
  /// How often the process slept. Tests look here for whether it polls.
  private(set) var sleeps = 0

  /// - Parameters:
  ///   - timeout: For how long to wait.
  ///   - outlastsTimers: Whether to wait beyond that while only timers are in the way, which run out by themselves.
  init(
    timeout: Duration, outlastsTimers: Bool = false, progress: ProgressLine, interruption: Interruption,
    tell: ((String) -> Void)? = nil
  ) {
    deadline = begin + timeout
    self.outlastsTimers = outlastsTimers
    self.progress = progress
    self.interruption = interruption
    self.tell = tell
  }

  /// For how long it waits, in whole seconds if that is longer than it was told.
  var limit: Duration { begin.duration(to: deadline) }

  /// Waits. There is a look at the beginning and one at the end of the time, which for a time of 0 are the same.
  mutating func wait<Goal: WaitGoal & ~Copyable>(for goal: inout Goal) throws -> Outcome {
    defer { progress.clear() }
    while true {
      let begin = ContinuousClock.now
      guard case .notYet(let status) = try goal.look() else { return .isReached }
      self.status = status
      extend(status, at: begin)
      if interruption.isRequested { return .interrupted }
      if begin >= deadline { return .timeUp }
      say(status.remark)
      guard sleep(status, &goal) else { return .interrupted }
    }
  }

  private mutating func extend(_ status: WaitStatus, at now: ContinuousClock.Instant) {
    // Once a timer has run out, the time that was added for it is all there is.
    guard outlastsTimers, let rest = status.expected, rest > .zero else { return }
    let needed = begin.duration(to: now) + rest + Self.maximumTimerDelay
    deadline = max(deadline, begin + .seconds(needed.components.seconds))
  }

  private mutating func say(_ remark: String?) {
    guard let remark, let tell else { return }
    progress.clear()
    tell(remark)
    self.tell = nil
  }

  /// Sleeps until it is time to look; `false` if the user wants no more.
  private mutating func sleep<Goal: WaitGoal & ~Copyable>(_ status: WaitStatus, _ goal: inout Goal) -> Bool {
    let begin = ContinuousClock.now
    let end = min(begin + status.lookAfter, deadline)
    while true {
      let now = ContinuousClock.now
      guard now < end else { return true }
      progress.show(status, since: begin, until: deadline)
      var wake = end
      let isCoolingDown = cooldownEnd.map { now < $0 } ?? false
      if isCoolingDown, let cooldownEnd { wake = min(wake, cooldownEnd) }
      // Somebody watches the seconds go by.
      if progress.isShown { wake = min(wake, now + .seconds(1)) }
      sleeps += 1
      let milliseconds = now.duration(to: wake).millisecondsToSleep
      switch interruption.wait(forAnyOf: isCoolingDown ? [] : goal.descriptors, milliseconds: milliseconds) {
      case .interrupted, .abandoned: return false
      case .timeUp: break
      case .ready:
        cooldownEnd = .now + Self.wakeupCooldown
        if goal.drainEvents() { return true }
      }
    }
  }
}

extension Duration {
  /// Rounded up, for poll(2): who wakes too early has to sleep again.
  fileprivate var millisecondsToSleep: Int32 {
    let (seconds, attoseconds) = components
    let (rest, isMore) = attoseconds.quotientAndRemainder(dividingBy: 1_000_000_000_000_000)
    return Int32(clamping: min(seconds, 1_000_000) * 1000 + rest + (isMore > 0 ? 1 : 0))
  }
}
