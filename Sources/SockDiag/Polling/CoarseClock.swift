/// The time of each record of a walk. Records come hundreds at a time, so the clock need not be read for each.
struct CoarseClock {
  private var time: ContinuousClock.Instant
  private var countdown = 64

  /// Starts at a time that was just read.
  init(_ time: ContinuousClock.Instant) { self.time = time }

  @inline(__always)
  mutating func next() -> ContinuousClock.Instant {
    countdown &-= 1
    if countdown == 0 {
      countdown = 64
      time = .now
    }
    return time
  }
}
