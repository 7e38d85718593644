internal import BindDiagnosis

/// When to look again at a port in use.
///
/// The kernel is late with its timers: it keeps them in classes, and one of 60 s runs out up to 2 s late at 250 ticks a
/// second, and 4 s at 1000 (`kernel/time/timer.c`). So the wait sleeps until the timer should have run out, and then
/// looks a few times, at intervals of up to half a second.
struct LookSchedule {
  /// The longest sleep before a timer runs out. Its socket may be destroyed earlier, which is not announced.
  static let checkOfTimers = Duration.seconds(10)
  /// The longest sleep before a socket ends: a program may also release the port by shutdown(2) or a new option.
  static let checkOfHolders = Duration.seconds(5)

  private var overdueLooks = 0
  private var blindPause = Self.firstBlindPause
  private static let firstBlindPause = Duration.milliseconds(250)

  /// How long to sleep.
  ///
  /// - Parameters:
  ///   - releases: When each blocker releases the port.
  ///   - receivesEvents: Whether the end of a socket wakes the sleeper.
  mutating func pause(_ releases: [PortRelease], receivesEvents: Bool) -> Duration {
    guard let rest = Self.timer(releases) else {
      overdueLooks = 0
      // No event announces the end of a blocker that sock_diag does not show.
      if receivesEvents, !releases.isEmpty { return Self.checkOfHolders }
      defer { blindPause = min(blindPause * 2, .seconds(1)) }
      return blindPause
    }
    blindPause = Self.firstBlindPause
    if rest > .zero {
      overdueLooks = 0
      return min(rest, Self.checkOfTimers)
    }
    overdueLooks += 1
    // After 16 looks it is later than any kernel would be.
    return overdueLooks > 16 ? .seconds(1) : .milliseconds(min(overdueLooks * 100, 500))
  }

  /// How long until timers have removed all blockers; `nil` if one of them has no timer, or there are none.
  static func timer(_ releases: [PortRelease]) -> Duration? {
    var longest: Duration?
    for release in releases {
      switch release {
      // If the peer answers first, another timer follows, which a later look sees.
      case .after(let rest), .afterOrLater(let rest): longest = max(longest ?? .zero, rest)
      case .whenPeerAnswers, .whenClosed: return nil
      }
    }
    return longest
  }
}
