internal import CSockDiag

/// Threads of this library that enter network namespaces. Each ends with its work, so no thread ever has to return.
enum NamespaceThread {
  /// Runs `work` on a new thread, while the calling thread waits.
  ///
  /// - Throws: ``SockDiagError`` if no thread can be started. Then `work` did not run.
  static func run(_ work: () -> Void) throws(SockDiagError) {
    // The closure does not outlive the call, because the call waits for the end of the thread.
    let result = withoutActuallyEscaping(work) { work in
      let task = Task(work)
      return withExtendedLifetime(task) {
        // SAFETY: the object lives until the thread has ended.
        unsafe csockdiag_run_on_thread(
          { if let context = unsafe $0 { unsafe Unmanaged<Task>.fromOpaque(context).takeUnretainedValue().work() } },
          Unmanaged.passUnretained(task).toOpaque())
      }
    }
    guard result == 0 else { throw failure(result) }
  }

  /// Runs `work` on a new thread, without waiting.
  ///
  /// - Throws: ``SockDiagError`` if no thread can be started. Then `work` does not run.
  static func start(_ work: @escaping @Sendable () -> Void) throws(SockDiagError) {
    // SAFETY: the object is retained here and released once: by the thread, or below if there is none.
    let task = unsafe Unmanaged.passRetained(Task(work))
    let result = unsafe csockdiag_start_thread(
      { if let context = unsafe $0 { unsafe Unmanaged<Task>.fromOpaque(context).takeRetainedValue().work() } },
      task.toOpaque())
    guard result == 0 else {
      unsafe task.release()
      throw failure(result)
    }
  }

  private static func failure(_ result: Int32) -> SockDiagError {
    SockDiagError(.system, operation: "start a thread", errno: -result)
  }

  /// The work of a thread.
  private final class Task {
    let work: () -> Void
    init(_ work: @escaping () -> Void) { self.work = work }
  }
}
