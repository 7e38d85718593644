/// Runs an actor on a thread of its own.
///
/// Calls to the kernel block, and a walk over many sockets takes long. An actor with this executor makes such calls without
/// occupying one of the threads that all other tasks share. Each executor has one thread, which ends with the executor.
///
/// ```swift
/// actor Watcher {
///   private let executor: ThreadExecutor
///   nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
///
///   init() throws { executor = try ThreadExecutor() }
/// }
/// ```
public final class ThreadExecutor: SerialExecutor {
  private let worker: SerialWorker

  /// Starts the thread.
  ///
  /// - Parameter name: The name of the thread, up to 15 bytes.
  /// - Throws: ``SockDiagError`` where the limit of threads is reached.
  public init(name: String = "sockdiag") throws(SockDiagError) { worker = try SerialWorker(name) }

  /// Adds a job. Called by the concurrency runtime.
  public func enqueue(_ job: consuming ExecutorJob) {
    // SAFETY: a job holds its actor, which holds its executor, so both are there when the job runs.
    let (job, executor) = unsafe (UnownedJob(job), asUnownedSerialExecutor())
    worker.add { unsafe job.runSynchronously(on: executor) }
  }
}
