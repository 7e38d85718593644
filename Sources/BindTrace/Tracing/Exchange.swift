internal import CBindTrace
internal import Glibc
internal import Synchronization

/// Passes calls from the tracing thread to the caller's thread, and answers back.
///
/// The caller's closure runs on the caller's thread, in its isolation. The tracing thread does not wait for it: it sends the
/// call, goes on with the other tracees and takes the answer when it has come. So only the thread that made the call waits.
/// The other tracees are a little slower meanwhile, since the tracing thread looks for answers at intervals of up to a
/// millisecond.
final class Exchange: Sendable {
  enum Message: Sendable {
    /// A call has returned. The thread that made it is stopped until this numbered question is answered.
    case call(Int, BindCall)
    /// Tracing has ended.
    case end(Result<TracerOutcome, BindTraceError>)
  }

  struct Answer: Sendable {
    var number: Int
    var flow: BindTraceFlow
  }

  private struct State: Sendable {
    /// Never more than there are stopped threads.
    var messages: [Message] = []
    var answers: [Answer] = []
  }

  /// Whether the caller wants a call; called on the tracing thread.
  let isWanted: @Sendable (BindCall) -> Bool
  /// Becomes readable when an answer has come.
  let wakeDescriptor: Int32
  private let state = Mutex(State())
  private let hasMessage = Semaphore()

  init(where isWanted: @escaping @Sendable (BindCall) -> Bool = { _ in true }) throws(BindTraceError) {
    self.isWanted = isWanted
    wakeDescriptor = cbindtrace_wake_open()
    guard wakeDescriptor >= 0 else {
      throw BindTraceError(.system, operation: "open an event descriptor", errno: -wakeDescriptor)
    }
  }

  deinit { if wakeDescriptor >= 0 { close(wakeDescriptor) } }

  /// On the tracing thread: passes a call on.
  func ask(_ number: Int, _ call: BindCall) { send(.call(number, call)) }

  /// On the tracing thread: the answers that have arrived.
  func takeAnswers() -> [Answer] {
    state.withLock { state in
      guard !state.answers.isEmpty else { return [] }
      defer { state.answers.removeAll() }
      return state.answers
    }
  }

  /// On the tracing thread: reports the end of tracing.
  func end(_ result: Result<TracerOutcome, BindTraceError>) { send(.end(result)) }

  private func send(_ message: Message) {
    state.withLock { $0.messages.append(message) }
    hasMessage.signal()
  }

  /// On the caller's thread: answers calls until tracing has ended.
  func serve(_ body: (BindCall) -> BindTraceFlow) -> Result<TracerOutcome, BindTraceError> {
    var hasSeenEnough = false
    while true {
      hasMessage.wait()
      let message = state.withLock { $0.messages.isEmpty ? nil : $0.messages.removeFirst() }
      switch message {
      case .call(let number, let call):
        // Calls that are still queued are of threads that have been released.
        guard !hasSeenEnough else { continue }
        let flow = body(call)
        hasSeenEnough = flow == .detach
        state.withLock { $0.answers.append(Answer(number: number, flow: flow)) }
        cbindtrace_wake(wakeDescriptor)
      case .end(let result): return result
      case nil: break
      }
    }
  }
}

/// A semaphore of the C library.
@safe private final class Semaphore: Sendable {
  // SAFETY: allocated once, and freed with the last reference; any thread may use the C library's semaphores.
  private nonisolated(unsafe) let semaphore: UnsafeMutablePointer<sem_t>

  init() {
    unsafe semaphore = .allocate(capacity: 1)
    // SAFETY: the memory is allocated and not yet a semaphore.
    unsafe sem_init(semaphore, 0, 0)
  }

  deinit {
    // SAFETY: initialized above; no thread waits, since a thread that waits has a reference.
    unsafe sem_destroy(semaphore)
    unsafe semaphore.deallocate()
  }

  func signal() {
    // SAFETY: initialized as long as this object lives.
    unsafe sem_post(semaphore)
  }

  func wait() {
    // A signal handler may interrupt it.
    // SAFETY: initialized as long as this object lives.
    while unsafe sem_wait(semaphore) != 0 {}
  }
}
