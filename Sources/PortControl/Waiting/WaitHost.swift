internal import Glibc

/// What a wait runs in: what it shows, and what ends it early.
package protocol WaitHost {
  /// Whether the wait is to end.
  var isCancelled: Bool { get }

  /// Takes a state that does not reach the goal, before the wait sleeps.
  ///
  /// - Parameters:
  ///   - status: The state at the last look.
  ///   - look: When the look was made.
  ///   - deadline: When the wait ends.
  mutating func take(_ status: WaitStatus, at look: ContinuousClock.Instant, until deadline: ContinuousClock.Instant)

  /// Called before each sleep. A host that counts seconds asks to be called again.
  ///
  /// - Returns: How long the wait may sleep; `nil` for as long as it likes.
  mutating func willSleep() -> Duration?

  /// Sleeps until one of the descriptors is readable, the time is up, or the wait is to end.
  func sleep(onAnyOf descriptors: [Int32], milliseconds: Int32) -> WaitSleep
}

/// Why a sleep ended.
package enum WaitSleep: Hashable, Sendable {
  case ready
  case timeUp
  case cancelled
}

/// A host that shows nothing. It ends when its descriptor becomes readable.
struct QuietHost: WaitHost {
  /// -1 for a wait that nothing ends early.
  var cancelDescriptor: Int32 = -1
  /// Takes each state.
  var onStatus: (WaitStatus) -> Void = { _ in }

  var isCancelled: Bool { cancelDescriptor >= 0 && sleep(onAnyOf: [], milliseconds: 0) == .cancelled }

  mutating func take(_ status: WaitStatus, at look: ContinuousClock.Instant, until deadline: ContinuousClock.Instant) {
    onStatus(status)
  }

  mutating func willSleep() -> Duration? { nil }

  func sleep(onAnyOf descriptors: [Int32], milliseconds: Int32) -> WaitSleep {
    // poll leaves out a negative descriptor.
    var waits = ([cancelDescriptor] + descriptors).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    while true {
      // SAFETY: poll uses the given number of structures during the call.
      let count = unsafe poll(&waits, UInt(waits.count), milliseconds)
      if count < 0, errno == EINTR { continue }
      if waits[0].revents != 0 { return .cancelled }
      return count > 0 ? .ready : .timeUp
    }
  }
}
