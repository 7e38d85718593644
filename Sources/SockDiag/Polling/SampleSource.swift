internal import CSockDiag
internal import Glibc
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
  /// Wakes the thread: an eventfd.
  private let wake: Int32

  init() throws(SockDiagError) {
    wake = csockdiag_wakeup_open()
    guard wake >= 0 else { throw SockDiagError(errno: -wake, operation: "wait for samples") }
  }

  deinit { close(wake) }

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
        rouse()
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
    rouse()
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

  /// Sleeps until a time, a call of ``rouse()`` or until a descriptor is readable.
  ///
  /// - Returns: Whether the descriptor is readable.
  func sleep(until time: ContinuousClock.Instant?, or descriptor: Int32?) -> Bool {
    var timeout = Int32(-1)
    if let time {
      let left = ContinuousClock.now.duration(to: time)
      if left <= .zero { return false }
      // Rounded up, so that the thread does not wake a moment before its time.
      timeout = Int32(clamping: Int64((left / .milliseconds(1)).rounded(.up)))
    }
    var waits = InlineArray<2, pollfd>(repeating: pollfd(fd: wake, events: Int16(POLLIN), revents: 0))
    waits[1].fd = descriptor ?? -1
    var span = waits.mutableSpan
    // SAFETY: poll uses the two structures during the call.
    _ = unsafe span.withUnsafeMutableBufferPointer { unsafe poll($0.baseAddress, 2, timeout) }
    if waits[0].revents != 0 {
      var count: UInt64 = 0
      // SAFETY: read writes eight bytes.
      _ = unsafe read(wake, &count, 8)
    }
    return waits[1].revents != 0
  }

  private func rouse() {
    var one: UInt64 = 1
    // SAFETY: write reads eight bytes.
    _ = unsafe write(wake, &one, 8)
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
