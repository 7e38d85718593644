internal import Glibc

/// When the next look is due.
///
/// Times are counted from the first look, so that a run does not drift. A look that took longer than the interval skips
/// those that it ran into.
struct StatsSchedule {
  private let interval: Duration?
  private var remaining: Int?
  private let start = ContinuousClock.now
  private var number = 0
  /// Looks that were skipped before the last one.
  private(set) var skipped = 0

  init(every interval: Duration?, count: Int?) {
    self.interval = interval
    remaining = count
  }

  /// Waits for the next look, and meanwhile takes the announcements of ends, so that they do not overflow.
  ///
  /// - Returns: `false` if there is no further look, or if the user interrupted the command.
  mutating func waitForNext(_ sampler: StatsSampler, _ interruption: Interruption) throws -> Bool {
    guard let interval else { return false }
    if let left = remaining {
      remaining = left - 1
      if left <= 1 { return false }
    }
    let due = Int((.now - start) / interval) + 1
    skipped = due - number - 1
    number = due
    let next = start + interval * due
    while true {
      let rest = next - .now
      if rest <= .zero { return !interruption.isRequested }
      switch interruption.wait(
        forAnyOf: sampler.descriptors, output: STDOUT_FILENO, milliseconds: Self.milliseconds(rest))
      {
      case .ready:
        try sampler.collectEnds()
        // A host on which thousands of sockets end in a second would wake this command as often.
        guard Self.pause(interruption, min(next - .now, .milliseconds(100))) else { return false }
      case .timeUp: break
      case .interrupted: return false
      case .abandoned: ByteOutput.endByBrokenPipe()
      }
    }
  }

  /// Waits for nothing but an interruption; `false` if there is one.
  private static func pause(_ interruption: Interruption, _ time: Duration) -> Bool {
    guard time > .zero else { return !interruption.isRequested }
    switch interruption.wait(forAnyOf: [], output: STDOUT_FILENO, milliseconds: milliseconds(time)) {
    case .interrupted: return false
    case .abandoned: ByteOutput.endByBrokenPipe()
    case .ready, .timeUp: return true
    }
  }

  private static func milliseconds(_ time: Duration) -> Int32 {
    Int32(clamping: Int64((time / .milliseconds(1)).rounded(.up)))
  }
}
