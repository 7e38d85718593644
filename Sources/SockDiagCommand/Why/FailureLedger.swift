internal import BindTrace
internal import Synchronization

/// Decides how each failed call is reported: the first of its kind in full, its repeats as a count.
///
/// A program that tries again may fail thousands of times in a second, on many threads. The tracing thread decides whether a
/// call is new, so that a repeat is not stopped longer than any other system call.
final class FailureLedger: Sendable {
  /// The form of a report.
  enum Treatment: Hashable {
    /// With a diagnosis.
    case diagnosis
    /// With a diagnosis, if it differs from the last one; with the number of calls that were only counted since.
    case newDiagnosis(repeats: Int)
    /// As one line.
    case line
  }

  /// The most diagnoses in a run. Each searches all processes and fills half a screen.
  static let diagnosisLimit = 10
  /// The most different failures that are reported in a run.
  static let failureLimit = 40
  /// The time after which a repeat is diagnosed again, because the cause may have changed. It doubles each time.
  static let firstInterval = Duration.seconds(10)

  private struct Entry: Sendable {
    /// The calls that were only counted since the last report.
    var repeats = 0
    /// Whether one of them is being reported.
    var isOpen = true
    /// The last diagnosis.
    var obstacles: Obstacles?
    var interval = firstInterval
    /// When a repeat is diagnosed again; `nil` for never.
    var next: ContinuousClock.Instant?
  }

  private struct State: Sendable {
    var entries: [Failure: Entry] = [:]
    var order: [Failure] = []
    /// The failures that are being reported, by the stopped threads.
    var open: [Int32: Failure] = [:]
    var diagnosisCount = 0
    var unlistedCount = 0
    var bindCount = 0
    var failedBindCount = 0
  }

  private let state = Mutex(State())

  /// Counts a call.
  ///
  /// - Returns: Whether it must be reported.
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
  /// - Returns: Whether it must be reported.
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

  /// The failure as which a call was counted.
  func failure(of call: BindCall) -> Failure {
    state.withLock { $0.open.removeValue(forKey: call.threadID) } ?? Failure(call)
  }

  /// The form in which a failure is reported.
  func treatment(of failure: Failure) -> Treatment {
    state.withLock { state in
      guard failure.isDiagnosable, state.diagnosisCount < Self.diagnosisLimit else { return .line }
      state.diagnosisCount += 1
      guard let entry = state.entries[failure], entry.obstacles != nil else { return .diagnosis }
      return .newDiagnosis(repeats: entry.repeats)
    }
  }

  /// Stores the result of a diagnosis.
  ///
  /// - Parameter obstacles: The cause; `nil` if there was no diagnosis.
  /// - Returns: Whether the cause differs from the last one.
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

  /// The failures with repeats that no report mentioned, with their numbers.
  var repeats: [(failure: Failure, count: Int)] {
    state.withLock { state in
      state.order.compactMap { failure in
        let count = state.entries[failure]?.repeats ?? 0
        return count > 0 ? (failure, count) : nil
      }
    }
  }

  /// The numbers of all and of failed calls of bind() and listen() on internet sockets.
  var bindCounts: (all: Int, failed: Int) { state.withLock { ($0.bindCount, $0.failedBindCount) } }

  /// The number of failed calls that are not listed because there were too many different ones.
  var unlistedCount: Int { state.withLock { $0.unlistedCount } }
}
