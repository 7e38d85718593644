internal import CBindTrace
internal import Glibc
internal import Synchronization

/// What the tracing thread and the caller's thread say to each other.
///
/// Two threads, since each has to be who it is: a tracee belongs to a thread, which has to wait for whatever of it
/// changes and for nothing else, and the caller's thread has children of its own to wait for. The closure of the caller
/// runs where the caller is, on its own thread and in its isolation. The tracing thread does not wait for it: it asks, goes
/// on with the other tracees, and finds the answer when it is there.
final class Exchange: Sendable {
  enum Message: Sendable {
    /// A call has returned; the thread that made it is stopped until the question of this number is answered.
    case call(Int, BindCall)
    /// The tracing thread has nothing more to say.
    case end(Result<TracerOutcome, BindTraceError>)
  }

  struct Answer: Sendable {
    var number: Int
    var flow: BindTraceFlow
  }

  private struct State: Sendable {
    /// As many at most as there are threads stopped.
    var messages: [Message] = []
    var answers: [Answer] = []
  }

  /// Whether the caller wants to hear of a call; asked on the tracing thread.
  let isWanted: @Sendable (BindCall) -> Bool
  /// Becomes readable with an answer.
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

  /// On the tracing thread: tells of a call.
  func ask(_ number: Int, _ call: BindCall) { send(.call(number, call)) }

  /// On the tracing thread: the answers that have come.
  func takeAnswers() -> [Answer] {
    state.withLock { state in
      guard !state.answers.isEmpty else { return [] }
      defer { state.answers.removeAll() }
      return state.answers
    }
  }

  /// On the tracing thread: the last word.
  func end(_ result: Result<TracerOutcome, BindTraceError>) { send(.end(result)) }

  private func send(_ message: Message) {
    state.withLock { $0.messages.append(message) }
    hasMessage.signal()
  }

  /// On the caller's thread: answers until the last word, and returns that.
  func serve(_ body: (BindCall) -> BindTraceFlow) -> Result<TracerOutcome, BindTraceError> {
    var hasSeenEnough = false
    while true {
      hasMessage.wait()
      let message = state.withLock { $0.messages.isEmpty ? nil : $0.messages.removeFirst() }
      switch message {
      case .call(let number, let call):
        // What is still in the queue when it lets go belongs to what it lets go of.
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
