/// How long the laboratory waits for the kernel before it gives up.
///
/// Generous, because it is reached only by a failure: on a loaded machine a test should be slow rather than wrong.
struct Deadline {
  static let patience = Duration.seconds(20)

  let instant: ContinuousClock.Instant

  init(after duration: Duration = Deadline.patience) {
    instant = ContinuousClock.now + duration
  }

  var hasPassed: Bool { ContinuousClock.now >= instant }

  /// Milliseconds left, for poll(2); 0 once it has passed.
  var remainingMilliseconds: Int32 {
    let left = ContinuousClock.now.duration(to: instant)
    guard left > .zero else { return 0 }
    return left.wholeMilliseconds
  }
}

extension Duration {
  /// Rounded up to whole milliseconds and held within what poll(2) takes.
  var wholeMilliseconds: Int32 {
    let (seconds, attoseconds) = components
    guard seconds < 1_000_000 else { return Int32.max }
    return Int32(seconds * 1000 + attoseconds / 1_000_000_000_000_000) + 1
  }
}
