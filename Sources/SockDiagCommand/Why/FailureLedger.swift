internal import BindTrace
internal import Synchronization

/// What becomes of each call that fails: the first of its kind is told, and those that repeat it are counted.
///
/// A program that tries again may fail thousands of times in a second, on many threads. Whether a call is new is decided on
/// the thread that traces, so that a repeat is stopped no longer than for any system call.
final class FailureLedger: Sendable {
  /// How a call is told.
  enum Treatment: Hashable {
    /// With a diagnosis.
    case diagnosis
    /// With a diagnosis, if that is another than the last one; the number of calls that were only counted since.
    case newDiagnosis(repeats: Int)
    /// By a line.
    case line
  }

  /// How many diagnoses there are in a run. One takes a walk through all processes, and fills half a screen.
  static let diagnosisLimit = 10
  /// How many different failures are told in a run.
  static let failureLimit = 40
  /// What is in the way may change while a program tries again. So a repeat is diagnosed after this time, then after
  /// twice that, and so on.
  static let firstInterval = Duration.seconds(10)

  private struct Entry: Sendable {
    /// The calls that were only counted since one was told.
    var repeats = 0
    /// Whether one of them is being told.
    var isOpen = true
    /// The last diagnosis.
    var obstacles: Obstacles?
    var interval = firstInterval
    /// When a repeat is diagnosed; `nil` for never.
    var next: ContinuousClock.Instant?
  }

  private struct State: Sendable {
    var entries: [Failure: Entry] = [:]
    var order: [Failure] = []
    /// What is being told, by the threads that wait for it.
    var open: [Int32: Failure] = [:]
    var diagnosisCount = 0
    var unlistedCount = 0
    var bindCount = 0
    var failedBindCount = 0
  }

  private let state = Mutex(State())

  /// Counts a call.
  ///
  /// - Returns: Whether it is to be told.
  func isWanted(_ call: BindCall) -> Bool {
    if call.kind != .connect, !call.isOnUnixSocket {
      state.withLock { state in
        state.bindCount += 1
        if call.errno != 0 { state.failedBindCount += 1 }
      }
    }
    guard call.errno != 0 else { return false }
    let failure = Failure(call)
    guard !failure.isUsual, isWanted(failure) else { return false }
    state.withLock { $0.open[call.threadID] = failure }
    return true
  }

  /// Counts a failure.
  ///
  /// - Returns: Whether it is to be told.
  func isWanted(_ failure: Failure, at now: ContinuousClock.Instant = .now) -> Bool {
    state.withLock { state in
      guard var entry = state.entries[failure] else {
        guard state.order.count < Self.failureLimit else {
          state.unlistedCount += 1
          return false
        }
        state.entries[failure] = Entry()
        state.order.append(failure)
        return true
      }
      entry.repeats += 1
      let isDue = entry.next.map { now >= $0 } ?? false
      let isWanted = isDue && !entry.isOpen && state.diagnosisCount < Self.diagnosisLimit
      if isWanted { entry.isOpen = true }
      state.entries[failure] = entry
      return isWanted
    }
  }

  /// What a call that is to be told was counted as.
  func failure(of call: BindCall) -> Failure {
    state.withLock { $0.open.removeValue(forKey: call.threadID) } ?? Failure(call)
  }

  /// How a call is told that is wanted.
  func treatment(of failure: Failure) -> Treatment {
    state.withLock { state in
      guard failure.isDiagnosable, state.diagnosisCount < Self.diagnosisLimit else { return .line }
      state.diagnosisCount += 1
      guard let entry = state.entries[failure], entry.obstacles != nil else { return .diagnosis }
      return .newDiagnosis(repeats: entry.repeats)
    }
  }

  /// Notes what was found out about a call.
  ///
  /// - Parameter obstacles: What is in the way; `nil` if there was no diagnosis.
  /// - Returns: Whether that is something else than before.
  func note(
    _ failure: Failure, _ obstacles: Obstacles?, at now: ContinuousClock.Instant = .now
  ) -> Bool {
    state.withLock { state in
      guard var entry = state.entries[failure] else { return false }
      entry.isOpen = false
      let isNews = entry.obstacles != obstacles
      if let obstacles {
        if isNews, entry.obstacles != nil { entry.repeats = 0 }
        entry.obstacles = obstacles
        entry.next = now + entry.interval
        entry.interval *= 2
      }
      state.entries[failure] = entry
      return isNews
    }
  }

  /// The failures whose repeats nothing has told of, each with their number.
  var repeats: [(failure: Failure, count: Int)] {
    state.withLock { state in
      state.order.compactMap { failure in
        let count = state.entries[failure]?.repeats ?? 0
        return count > 0 ? (failure, count) : nil
      }
    }
  }

  /// How many calls of bind() and listen() on internet sockets there were, and how many of them failed.
  var bindCounts: (all: Int, failed: Int) { state.withLock { ($0.bindCount, $0.failedBindCount) } }

  /// How many calls failed in yet other ways than those that were told.
  var unlistedCount: Int { state.withLock { $0.unlistedCount } }
}
