internal import Glibc

/// The time at which the laboratory stops waiting for the kernel.
///
/// The wait is long, because only a failure reaches its end: on a busy machine a test should be slow and not wrong.
package struct Deadline {
  package static let patience = Duration.seconds(20)

  package let instant: ContinuousClock.Instant

  package init(after duration: Duration = Deadline.patience) {
    instant = ContinuousClock.now + duration
  }

  package var hasPassed: Bool { ContinuousClock.now >= instant }

  /// The milliseconds that are left, for poll(2); 0 after the deadline.
  package var remainingMilliseconds: Int32 {
    let left = ContinuousClock.now.duration(to: instant)
    guard left > .zero else { return 0 }
    return left.wholeMilliseconds
  }

  /// Pauses for two milliseconds, so that the kernel and other processes can work before the next look at a table.
  package static func pause() { usleep(2_000) }
}

extension Duration {
  /// The duration in whole milliseconds, rounded up and limited to what poll(2) takes.
  package var wholeMilliseconds: Int32 {
    let (seconds, attoseconds) = components
    guard seconds < 1_000_000 else { return Int32.max }
    return Int32(seconds * 1000 + attoseconds / 1_000_000_000_000_000) + 1
  }
}
