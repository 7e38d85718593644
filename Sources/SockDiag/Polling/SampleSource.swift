internal import Synchronization

/// Hands samples from the thread that takes them to the task that waits for them.
///
/// A sample is taken only while the task waits, so it is as new as can be, and a slow task is never behind.
final class SampleSource<Value: Sendable>: Sendable {
  typealias Result = Swift.Result<Sample<Value>, SockDiagError>

  private enum State {
    /// The task does something else.
    case idle
    case waiting(CheckedContinuation<Result?, Never>)
    case ended
  }

  let stop = StopSignal()
  private let state = Mutex(State.idle)
  /// Wakes the thread.
  private let orders: Wakeup

  init() throws(SockDiagError) { orders = try Wakeup() }

  // MARK: The task's side

  /// The next sample; `nil` when the task is cancelled or the samples have ended.
  func next(isolation: isolated (any Actor)? = #isolation) async throws(SockDiagError) -> Sample<Value>? {
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Result?, Never>) in
        let isEnded = state.withLock { state in
          if case .ended = state { return true }
          state = .waiting(continuation)
          return false
        }
        if isEnded { return continuation.resume(returning: nil) }
        orders.raise()
      }
    } onCancel: {
      end()
    }
    return try result?.get()
  }

  /// Ends the samples: the thread stops after the datagram that it receives.
  func end() {
    stop.raise()
    let continuation = take(endingWith: .ended)
    orders.raise()
    continuation?.resume(returning: nil)
  }

  // MARK: The thread's side

  var isEnded: Bool {
    state.withLock { if case .ended = $0 { true } else { false } }
  }

  var isAwaited: Bool {
    state.withLock { if case .waiting = $0 { true } else { false } }
  }

  func deliver(_ sample: Sample<Value>) { take(endingWith: .idle)?.resume(returning: .success(sample)) }

  func fail(_ error: SockDiagError) { take(endingWith: .ended)?.resume(returning: .failure(error)) }

  /// Sleeps until a time, until the task's side changes something or until a descriptor is readable.
  ///
  /// - Returns: Whether the descriptor is readable.
  func sleep(until time: ContinuousClock.Instant?, or descriptor: Int32?) -> Bool {
    let left = time.map { ContinuousClock.now.duration(to: $0) }
    if let left, left <= .zero { return false }
    return orders.wait(or: descriptor ?? -1, for: left)
  }

  private func take(endingWith next: State) -> CheckedContinuation<Result?, Never>? {
    state.withLock { state in
      guard case .waiting(let continuation) = state else {
        if case .ended = next { state = .ended }
        return nil
      }
      state = next
      return continuation
    }
  }
}
