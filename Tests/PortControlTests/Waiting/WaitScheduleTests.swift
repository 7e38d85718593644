import BindDiagnosis
import Glibc
import SockDiag
import Testing

@testable import PortControl

/// The schedule of a wait, without a kernel.
struct WaitScheduleTests {
  /// Waits for a record whose timer the kernel handles late.
  private func sleeps(timer: Duration, late: Duration) -> (count: Int, delay: Duration) {
    var schedule = LookSchedule()
    var (now, count) = (Duration.zero, 0)
    while now < timer + late {
      now += schedule.pause([.after(max(timer - now, .zero))], receivesEvents: false)
      count += 1
    }
    return (count, now - timer - late)
  }

  /// Up to the delay of a kernel with 1000 ticks a second for a timer of 60 s.
  @Test func timerTakesFewLooksAndLittleDelay() {
    let accounts = stride(from: 0, through: 4_200, by: 7).map {
      sleeps(timer: .seconds(60), late: .milliseconds($0))
    }
    #expect(accounts.allSatisfy { $0.count < 20 })
    #expect(accounts.allSatisfy { $0.delay <= .milliseconds(500) })
  }

  @Test func longestTimerDecides() {
    var schedule = LookSchedule()
    #expect(schedule.pause([.after(.seconds(2)), .afterOrLater(.seconds(7))], receivesEvents: true) == .seconds(7))
    #expect(LookSchedule.timer([.after(.seconds(2)), .whenClosed]) == nil)
    #expect(LookSchedule.timer([.after(.seconds(2)), .whenPeerAnswers]) == nil)
    #expect(LookSchedule.timer([]) == nil)
  }

  /// Later than any kernel would be, looks are not worth as much.
  @Test func overdueTimerIsCheckedOftenAndThenSeldom() {
    var schedule = LookSchedule()
    let pauses = (0..<18).map { _ in schedule.pause([.after(.zero)], receivesEvents: false) }
    let often = [100, 200, 300, 400] + Array(repeating: 500, count: 12)
    #expect(pauses == (often + [1000, 1000]).map { .milliseconds($0) })
    // A new timer starts the schedule again.
    #expect(schedule.pause([.after(.seconds(3))], receivesEvents: false) == .seconds(3))
    #expect(schedule.pause([.after(.zero)], receivesEvents: false) == .milliseconds(100))
  }

  /// A record may be destroyed before its timer runs out, which is not announced.
  @Test func longTimerIsCheckedEveryTenSeconds() {
    var schedule = LookSchedule()
    #expect(schedule.pause([.after(.seconds(60))], receivesEvents: false) == LookSchedule.checkOfTimers)
    #expect(schedule.pause([.after(.seconds(3))], receivesEvents: false) == .seconds(3))
  }

  @Test func withEventsLooksAreFiveSecondsApart() {
    var schedule = LookSchedule()
    let pauses = (0..<4).map { _ in schedule.pause([.whenClosed, .after(.seconds(1))], receivesEvents: true) }
    #expect(pauses == Array(repeating: LookSchedule.checkOfHolders, count: 4))
  }

  @Test func withoutEventsPausesGrowToASecond() {
    for (releases, hears) in [([PortRelease.whenPeerAnswers], false), ([], true)] {
      var schedule = LookSchedule()
      let pauses = (0..<4).map { _ in schedule.pause(releases, receivesEvents: hears) }
      #expect(pauses == [250, 500, 1000, 1000].map { .milliseconds($0) })
    }
  }

  /// A goal that is reached at its `n`th look, with a descriptor that is always readable.
  private struct Restless: WaitGoal {
    var looks = 0
    var reachedAtLook: Int?
    var pause = Duration.milliseconds(20)
    var descriptors: [Int32] = []
    var isLookDue = false

    mutating func drainEvents() -> Bool { isLookDue }

    mutating func look() -> LookResult {
      looks += 1
      if looks == reachedAtLook { return .isReached }
      return .notYet(WaitStatus(lookAfter: pause, obstacle: .otherSockets([])))
    }
  }

  /// A goal that is reached when its timer has run out, or long after.
  private struct Timed: WaitGoal {
    let begin = ContinuousClock.now
    var timer: Duration
    var late = Duration.zero
    var descriptors: [Int32] { [] }

    mutating func drainEvents() -> Bool { false }

    mutating func look() -> LookResult {
      let passed = begin.duration(to: .now)
      if passed >= timer + late { return .isReached }
      return .notYet(
        WaitStatus(lookAfter: .milliseconds(10), expected: max(timer - passed, .zero), obstacle: .otherSockets([])))
    }
  }

  @Test func timersProlongTheWaitUnlessATimeoutIsGiven() throws {
    for (outlasts, outcome) in [(true, WaitOutcome.reached), (false, .timedOut)] {
      var goal = Timed(timer: .milliseconds(300))
      var waiter = Waiter(
        timeout: .milliseconds(50), outlastsTimers: outlasts, in: QuietHost())
      #expect(try waiter.wait(for: &goal) == outcome)
      #expect((waiter.limit == .milliseconds(50)) == !outlasts)
    }
  }

  /// The kernel may be late, but only by a minute.
  @Test func overdueTimerIsWaitedForNoLongerThanTheAddedTime() throws {
    var goal = Timed(timer: .milliseconds(200), late: .milliseconds(300))
    var waiter = Waiter(timeout: .milliseconds(50), outlastsTimers: true, in: QuietHost())
    #expect(try waiter.wait(for: &goal) == .reached)
    #expect(waiter.limit == WaitTimes.maximumTimerDelay)
    goal = Timed(timer: .zero, late: .seconds(3600))
    waiter = Waiter(timeout: .milliseconds(50), outlastsTimers: true, in: QuietHost())
    #expect(try waiter.wait(for: &goal) == .timedOut)
    #expect(waiter.limit == .milliseconds(50))
  }

  /// A timer never shortens the timeout.
  @Test func shortTimerDoesNotShortenTheTimeout() throws {
    var goal = Timed(timer: .milliseconds(50))
    var waiter = Waiter(timeout: .seconds(300), outlastsTimers: true, in: QuietHost())
    #expect(try waiter.wait(for: &goal) == .reached)
    #expect(waiter.limit == .seconds(300))
  }

  @Test func obstacleWithoutTimerDoesNotProlongTheWait() throws {
    var goal = Restless(reachedAtLook: .max)
    var waiter = Waiter(timeout: .milliseconds(50), outlastsTimers: true, in: QuietHost())
    #expect(try waiter.wait(for: &goal) == .timedOut)
  }

  @Test func zeroTimeoutMakesOneLook() throws {
    var goal = Restless()
    var waiter = Waiter(timeout: .zero, in: QuietHost())
    #expect(try waiter.wait(for: &goal) == .timedOut)
    #expect(goal.looks == 1 && waiter.sleeps == 0)
  }

  @Test func lastLookIsAtTheDeadline() throws {
    var goal = Restless(reachedAtLook: 2, pause: .seconds(60))
    var waiter = Waiter(timeout: .milliseconds(30), in: QuietHost())
    let begin = ContinuousClock.now
    #expect(try waiter.wait(for: &goal) == .reached)
    #expect(goal.looks == 2 && begin.duration(to: .now) >= .milliseconds(30))
  }

  /// The wait wakes twice in each cooldown: by an event and at its end.
  @Test(arguments: [false, true]) func constantEventsWakeAtMostTwentyTimesASecond(_ isLookDue: Bool) throws {
    // SAFETY: the path is a literal, which open copies.
    let file = unsafe open("/dev/zero", O_RDONLY)
    defer { close(file) }
    var goal = Restless(
      reachedAtLook: isLookDue ? 6 : .max, pause: .seconds(60), descriptors: [file], isLookDue: isLookDue)
    var waiter = Waiter(
      timeout: isLookDue ? .seconds(60) : .milliseconds(500), in: QuietHost())
    let begin = ContinuousClock.now
    #expect(try waiter.wait(for: &goal) == (isLookDue ? .reached : .timedOut))
    let time = begin.duration(to: .now)
    #expect(goal.looks == (isLookDue ? 6 : 2))
    #expect(time < .seconds(50) && Double(waiter.sleeps) <= 2 * (time / .milliseconds(50)) + 2)
  }

  @Test func hostTakesEachStatusAndEndsTheWait() throws {
    /// Ends the wait at its third status.
    struct Counting: WaitHost {
      var statuses = 0
      var isCancelled: Bool { statuses == 3 }
      mutating func take(_: WaitStatus, at: ContinuousClock.Instant, until: ContinuousClock.Instant) { statuses += 1 }
      mutating func willSleep() -> Duration? { nil }
      func sleep(onAnyOf descriptors: [Int32], milliseconds: Int32) -> WaitSleep { .timeUp }
    }
    var goal = Restless(pause: .zero)
    var waiter = Waiter(timeout: .seconds(60), in: Counting())
    #expect(try waiter.wait(for: &goal) == .cancelled)
    #expect(waiter.host.statuses == 3 && goal.looks == 4)
  }
}
