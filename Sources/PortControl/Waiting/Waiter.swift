/// Sleeps until a goal is reached, or the time is up.
package struct Waiter<Host: WaitHost>: ~Copyable {
  private let begin = ContinuousClock.now
  private let outlastsTimers: Bool
  private var deadline: ContinuousClock.Instant
  package var host: Host
  private var cooldownEnd: ContinuousClock.Instant?
  /// The status at the last look.
  package private(set) var status: WaitStatus?
  /// How often the process slept. Tests read here whether it polls.
  private(set) var sleeps = 0

  /// Creates a waiter.
  ///
  /// - Parameters:
  ///   - timeout: How long to wait.
  ///   - outlastsTimers: Whether to wait longer while only timers block, since they run out by themselves.
  package init(timeout: Duration, outlastsTimers: Bool = false, in host: Host) {
    deadline = begin + timeout
    self.outlastsTimers = outlastsTimers
    self.host = host
  }

  /// How long it waits: the timeout, or whole seconds if timers have prolonged it.
  package var limit: Duration { begin.duration(to: deadline) }

  /// Waits. The first look is made at once and the last at the deadline; with a timeout of 0 they are the same.
  mutating func wait<Goal: WaitGoal & ~Copyable>(for goal: inout Goal) throws(PortControlError) -> WaitOutcome {
    while true {
      let lookTime = ContinuousClock.now
      guard case .notYet(let status) = try goal.look() else { return .reached }
      self.status = status
      prolong(for: status, at: lookTime)
      if host.isCancelled { return .cancelled }
      if lookTime >= deadline { return .timedOut }
      host.take(status, at: lookTime, until: deadline)
      guard sleep(status, &goal) else { return .cancelled }
    }
  }

  /// Moves the deadline behind the timers. Once they have run out it is not moved again.
  private mutating func prolong(for status: WaitStatus, at now: ContinuousClock.Instant) {
    guard outlastsTimers, let rest = status.expected, rest > .zero else { return }
    let needed = begin.duration(to: now) + rest + WaitTimes.maximumTimerDelay
    deadline = max(deadline, begin + .seconds(needed.components.seconds))
  }

  /// Sleeps until a look is due; `false` if the wait is to end.
  private mutating func sleep<Goal: WaitGoal & ~Copyable>(_ status: WaitStatus, _ goal: inout Goal) -> Bool {
    let begin = ContinuousClock.now
    let end = min(begin + status.lookAfter, deadline)
    while true {
      let now = ContinuousClock.now
      guard now < end else { return true }
      var wake = end
      let isCoolingDown = cooldownEnd.map { now < $0 } ?? false
      if isCoolingDown, let cooldownEnd { wake = min(wake, cooldownEnd) }
      if let most = host.willSleep() { wake = min(wake, now + most) }
      sleeps += 1
      let milliseconds = now.duration(to: wake).millisecondsToSleep
      switch host.sleep(onAnyOf: isCoolingDown ? [] : goal.descriptors, milliseconds: milliseconds) {
      case .cancelled: return false
      case .timeUp: break
      case .ready:
        cooldownEnd = .now + WaitTimes.wakeupCooldown
        if goal.drainEvents() { return true }
      }
    }
  }
}

/// How a wait ended.
#if hasAttribute(nonexhaustive)
  @nonexhaustive
#endif
public enum WaitOutcome: Hashable, Sendable {
  /// The goal is reached.
  case reached
  /// The time is up.
  case timedOut
  /// The wait was ended early.
  case cancelled
}

/// The times of every wait.
enum WaitTimes {
  /// How long events are ignored after one has woken the wait. So a host on which ten thousand sockets end in a second
  /// wakes the wait twenty times in that second, and the wait is late by no more than this.
  static let wakeupCooldown = Duration.milliseconds(50)

  /// How late the kernel may be with a timer: it keeps timers of minutes in classes of up to half a minute
  /// (`kernel/time/timer.c`).
  static let maximumTimerDelay = Duration.seconds(60)
}

extension Duration {
  /// Milliseconds for poll(2), rounded up: rounded down, the sleeper would wake too early and sleep again.
  fileprivate var millisecondsToSleep: Int32 {
    let (seconds, attoseconds) = components
    let (rest, isMore) = attoseconds.quotientAndRemainder(dividingBy: 1_000_000_000_000_000)
    return Int32(clamping: min(seconds, 1_000_000) * 1000 + rest + (isMore > 0 ? 1 : 0))
  }
}
