/// Sleeps until a goal is reached, or the time is up.
struct Waiter: ~Copyable {
  enum Outcome: Hashable {
    case isReached
    case timedOut
    /// The user wants the command to end.
    case interrupted
  }

  /// How long events are ignored after one has woken the wait. So a host on which ten thousand sockets end in a second wakes
  /// the wait twenty times in that second, and the wait is late by no more than this.
  static let wakeupCooldown = Duration.milliseconds(50)

  /// How late the kernel may be with a timer: it keeps timers of minutes in classes of up to half a minute
  /// (`kernel/time/timer.c`).
  static let maximumTimerDelay = Duration.seconds(60)

  private let interruption: Interruption
  private let begin = ContinuousClock.now
  private let outlastsTimers: Bool
  private var deadline: ContinuousClock.Instant
  private var progress: ProgressLine
  /// Makes the remark; `nil` once it was made, or with --quiet.
  private var remark: ((WaitStatus) -> String?)?
  private let report: (String) -> Void
  private var cooldownEnd: ContinuousClock.Instant?
  /// The status at the last look.
  private(set) var status: WaitStatus?
  /// How often the process slept. Tests read here whether it polls.
  private(set) var sleeps = 0

  /// - Parameters:
  ///   - timeout: How long to wait.
  ///   - outlastsTimers: Whether to wait longer while only timers block, since they run out by themselves.
  ///   - remark: Makes a sentence from a status that the user should know; it is reported once.
  ///   - report: Shows the sentence.
  init(
    timeout: Duration, outlastsTimers: Bool = false, progress: ProgressLine, interruption: Interruption,
    remark: ((WaitStatus) -> String?)? = nil, report: @escaping (String) -> Void = { Diagnostics.report($0) }
  ) {
    deadline = begin + timeout
    self.outlastsTimers = outlastsTimers
    self.progress = progress
    self.interruption = interruption
    self.remark = remark
    self.report = report
  }

  /// How long it waits: the timeout, or whole seconds if timers have prolonged it.
  var limit: Duration { begin.duration(to: deadline) }

  /// Waits. The first look is made at once and the last at the deadline; with a timeout of 0 they are the same.
  mutating func wait<Goal: WaitGoal & ~Copyable>(for goal: inout Goal) throws -> Outcome {
    defer { progress.clear() }
    while true {
      let lookTime = ContinuousClock.now
      guard case .notYet(let status) = try goal.look() else { return .isReached }
      self.status = status
      prolong(for: status, at: lookTime)
      if interruption.isRequested { return .interrupted }
      if lookTime >= deadline { return .timedOut }
      makeRemark(status)
      guard sleep(status, &goal) else { return .interrupted }
    }
  }

  /// Moves the deadline behind the timers. Once they have run out it is not moved again.
  private mutating func prolong(for status: WaitStatus, at now: ContinuousClock.Instant) {
    guard outlastsTimers, let rest = status.expected, rest > .zero else { return }
    let needed = begin.duration(to: now) + rest + Self.maximumTimerDelay
    deadline = max(deadline, begin + .seconds(needed.components.seconds))
  }

  private mutating func makeRemark(_ status: WaitStatus) {
    guard let sentence = remark?(status) else { return }
    progress.clear()
    report(sentence)
    remark = nil
  }

  /// Sleeps until a look is due; `false` if the user wants the command to end.
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
      // The line counts the seconds.
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
  /// Milliseconds for poll(2), rounded up: rounded down, the sleeper would wake too early and sleep again.
  fileprivate var millisecondsToSleep: Int32 {
    let (seconds, attoseconds) = components
    let (rest, isMore) = attoseconds.quotientAndRemainder(dividingBy: 1_000_000_000_000_000)
    return Int32(clamping: min(seconds, 1_000_000) * 1000 + rest + (isMore > 0 ? 1 : 0))
  }
}
