internal import CSocketLaboratory
internal import Dispatch
internal import Synchronization

/// Runs work on a new thread, as a task with the task-local values of its caller. The thread ends with the work.
///
/// Swift Testing keeps the current test in a task-local value. Without it, an expectation that fails on the thread is
/// reported for an unknown test, and the test that made the thread seems to pass.
package enum OwnThread {
  /// Runs `work`. The calling thread waits.
  package static func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) throws -> Value {
    let executor = ThreadExecutor()
    let outcome = Outcome<Value>()
    Task(executorPreference: executor) { outcome.set(Result { try executor.perform(work) }) }
    return try outcome.wait()
  }

  /// Runs `work`. The calling task is suspended, and no thread waits.
  package static func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    let executor = ThreadExecutor()
    return try await Task(executorPreference: executor) { try executor.perform(work) }.value
  }
}

/// Runs each job of a task on a new thread. Work that does not suspend is one job.
private final class ThreadExecutor: TaskExecutor {
  private let failure = Mutex<(any Error)?>(nil)

  func enqueue(_ job: UnownedJob) {
    do {
      // SAFETY: the job runs once: on the thread, or below if no thread started.
      try start(Start { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) })
    } catch {
      // The job has to run, or its task never ends. It runs here, and `perform` throws the error instead of working.
      failure.withLock { $0 = error }
      // SAFETY: no thread started, so the job has not run.
      unsafe job.runSynchronously(on: asUnownedTaskExecutor())
    }
  }

  /// Performs the work if its job got a thread.
  func perform<Value>(_ work: () throws -> Value) throws -> Value {
    if let failure = failure.withLock({ $0 }) { throw failure }
    return try work()
  }

  private func start(_ start: Start) throws {
    // SAFETY: the entry function releases the object. It runs once if the thread starts; otherwise the release is
    // below.
    let context = unsafe Unmanaged.passRetained(start)
    // SAFETY: the context is the retained object above; the entry function expects nothing else.
    let result = unsafe socklab_thread({ unsafe enter($0) }, context.toOpaque())
    if result < 0 { unsafe context.release() }
    try check(result, "start a thread")
  }
}

/// The work of a thread.
private final class Start: Sendable {
  let work: @Sendable () -> Void
  init(_ work: @escaping @Sendable () -> Void) { self.work = work }
}

private func enter(_ context: UnsafeMutableRawPointer?) {
  guard let context = unsafe context else { return }
  // SAFETY: `start` passed a retained object; this is its one release.
  unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue().work()
}

/// A result that a thread waits for.
private final class Outcome<Value: Sendable>: Sendable {
  private let result = Mutex<Result<Value, any Error>?>(nil)
  private let end = DispatchSemaphore(value: 0)

  func set(_ value: Result<Value, any Error>) {
    result.withLock { $0 = value }
    end.signal()
  }

  func wait() throws -> Value {
    end.wait()
    guard let value = result.withLock({ $0 }) else {
      throw LaboratoryError(.misuse, "a thread ended without a result")
    }
    return try value.get()
  }
}
