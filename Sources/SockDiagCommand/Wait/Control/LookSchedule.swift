internal import BindDiagnosis

/// When to look again at a port that is in use.
///
/// What a timer takes away goes when the kernel gets round to it: it keeps timers in classes, and one of 60 s goes up to
/// 2 s late at 250 ticks a second and 4 s at 1000 (`kernel/time/timer.c`). So the timer is slept out, and then there are
/// a few looks of which each is within half a second of the one before.
struct LookSchedule {
  /// Somebody may have destroyed what a timer would take away, which is announced to nobody.
  static let checkOfTimers = Duration.seconds(10)
  /// A socket may give its port away without an end: by shutdown(2), or a new option.
  static let checkOfHolders = Duration.seconds(5)

  private var overdueLooks = 0
  private var blindPause = Self.firstBlindPause
  private static let firstBlindPause = Duration.milliseconds(250)

  /// How long to sleep.
  ///
  /// - Parameters:
  ///   - releases: Until when each socket that is in the way stays.
  ///   - receivesEvents: Whether the end of a socket wakes the sleeper.
  mutating func pause(_ releases: [PortRelease], receivesEvents: Bool) -> Duration {
    guard let rest = Self.timer(releases) else {
      overdueLooks = 0
      // Of a bind() that fails for no reason that can be seen, no event tells the end.
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
    // Later than any kernel rounds, it is not the rounding.
    return overdueLooks > 16 ? .seconds(1) : .milliseconds(min(overdueLooks * 100, 500))
  }

  /// How long the timers run that take everything away that is in the way; `nil` if something stays.
  static func timer(_ releases: [PortRelease]) -> Duration? {
    var longest: Duration?
    for release in releases {
      switch release {
      // If the peer speaks before, there is another timer to sleep out then.
      case .after(let rest), .afterOrLater(let rest): longest = max(longest ?? .zero, rest)
      case .whenPeerAnswers, .whenClosed: return nil
      }
    }
    return longest
  }
}
