internal import Dispatch
internal import Synchronization

/// A subscription that a task can wait for.
final class EventSource: Sendable {
  /// There is only one reader. The lock satisfies the compiler and is never contended.
  private let events: Mutex<SocketEvents>
  private let descriptor: Int32

  init(_ events: consuming SocketEvents) {
    descriptor = events.fileDescriptor
    self.events = Mutex(events)
  }

  func nextIfReady() throws(SockDiagError) -> SocketEvent? {
    try events.withLock { events throws(SockDiagError) in try events.nextIfReady() }
  }

  /// Suspends the task until there is something to read, another look is due, or the task is cancelled.
  func waitUntilReadable(isolation: isolated (any Actor)? = #isolation) async {
    let milliseconds = events.withLock { $0.recheckMilliseconds }
    let wait = ReadableWait()
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        wait.begin(continuation, descriptor, owner: self, milliseconds: milliseconds)
      }
    } onCancel: {
      wait.end()
    }
  }
}

/// One wait for a descriptor. The descriptor, the timeout or a cancellation ends it, whichever comes first.
///
/// Each wait has its own dispatch source, so none is ever suspended; releasing a suspended source would trap. A source
/// costs some microseconds, and only if there was nothing to read.
private final class ReadableWait: Sendable {
  private enum State {
    case new, ended
    case waiting(CheckedContinuation<Void, Never>, any DispatchSourceRead)
  }

  private let state = Mutex(State.new)

  func begin(
    _ continuation: CheckedContinuation<Void, Never>, _ descriptor: Int32, owner: EventSource, milliseconds: Int32?
  ) {
    let isEnded = state.withLock { state in
      guard case .new = state else { return true }
      let source = DispatchSource.makeReadSource(fileDescriptor: descriptor)
      source.setEventHandler { self.end() }
      // While the dispatcher uses the descriptor, it must not be closed and its number not be reused.
      source.setCancelHandler { withExtendedLifetime(owner) {} }
      state = .waiting(continuation, source)
      source.activate()
      return false
    }
    if isEnded { return continuation.resume() }
    guard let milliseconds else { return }
    DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Int(milliseconds))) { self.end() }
  }

  func end() {
    let continuation = state.withLock { state -> CheckedContinuation<Void, Never>? in
      defer { state = .ended }
      guard case .waiting(let continuation, let source) = state else { return nil }
      source.cancel()
      return continuation
    }
    continuation?.resume()
  }
}
