internal import Glibc

/// A wait for a time.
enum Pause {
  static func sleep(until end: ContinuousClock.Instant) {
    var left = end - .now
    while left > .zero {
      // Rounded up, so that no waits of 0 ms follow the last one.
      _ = poll(nil, 0, Int32(clamping: Int64(left / .milliseconds(1)) + 1))
      left = end - .now
    }
  }
}
