internal import Glibc
internal import Synchronization

/// What the tracing thread and the caller's thread say to each other, one at a time.
///
/// Two threads, since each has to be who it is: a tracee belongs to a thread, which has to wait for whatever of it
/// changes and for nothing else, and the caller's thread has children of its own to wait for. The closure of the caller
/// runs where the caller is, on its own thread and in its isolation.
final class Exchange: Sendable {
  enum Message: Sendable {
    /// A call has returned; the thread that made it is stopped until there is an answer.
    case call(BindCall)
    /// The tracing thread has nothing more to say.
    case end(Result<TracerOutcome, BindTraceError>)
  }

  private struct State: Sendable {
    var message: Message?
    var answer: BindTraceFlow?
  }

  private let state = Mutex(State())
  private let hasMessage = Semaphore()
  private let hasAnswer = Semaphore()

  /// On the tracing thread: tells of a call and waits for what to do.
  func ask(_ call: BindCall) -> BindTraceFlow {
    state.withLock { $0.message = .call(call) }
    hasMessage.signal()
    hasAnswer.wait()
    return state.withLock { $0.answer } ?? .detach
  }

  /// On the tracing thread: the last word.
  func end(_ result: Result<TracerOutcome, BindTraceError>) {
    state.withLock { $0.message = .end(result) }
    hasMessage.signal()
  }

  /// On the caller's thread: answers until the last word, and returns that.
  func serve(_ body: (BindCall) -> BindTraceFlow) -> Result<TracerOutcome, BindTraceError> {
    while true {
      hasMessage.wait()
      switch state.withLock({ $0.message }) {
      case .call(let call):
        let flow = body(call)
        state.withLock { $0.answer = flow }
        hasAnswer.signal()
      case .end(let result): return result
      case nil: break
      }
    }
  }
}

/// A thread waits here until another one has signalled.
@safe private final class Semaphore: Sendable {
  // SAFETY: allocated once, freed when nobody refers to it; the C library's semaphores may be used by any thread.
  private nonisolated(unsafe) let semaphore: UnsafeMutablePointer<sem_t>

  init() {
    unsafe semaphore = .allocate(capacity: 1)
    // SAFETY: the memory is there and not yet a semaphore.
    unsafe sem_init(semaphore, 0, 0)
  }

  deinit {
    // SAFETY: initialized above; nobody waits, since whoever waits has a reference.
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
