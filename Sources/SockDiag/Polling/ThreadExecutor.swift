internal import Dispatch
internal import Synchronization

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
  /// The jobs that wait. The thread keeps it alive, not the executor, so that the executor can end.
  private final class Jobs: Sendable {
    let waiting = Mutex<[UnownedJob]>([])
    let arrivals = DispatchSemaphore(value: 0)
    let isClosed = Atomic(false)

    func add(_ job: UnownedJob) {
      waiting.withLock { $0.append(job) }
      arrivals.signal()
    }

    /// The next job; `nil` once nothing is left and nothing can come.
    func next() -> UnownedJob? {
      while true {
        arrivals.wait()
        if let job = waiting.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return job }
        if isClosed.load(ordering: .acquiring) { return nil }
      }
    }
  }

  private let jobs = Jobs()

  /// Starts the thread.
  ///
  /// - Parameter name: The name of the thread, up to 15 bytes.
  /// - Throws: ``SockDiagError`` where the limit of threads is reached.
  public init(name: String = "sockdiag") throws(SockDiagError) {
    let jobs = jobs
    // A job holds its actor and thereby the executor, so the reference is valid while there are jobs.
    let executor = unsafe Unowned(self)
    try WorkerThread.start(name) {
      while let job = jobs.next() { unsafe job.runSynchronously(on: executor.value.asUnownedSerialExecutor()) }
    }
  }

  deinit {
    jobs.isClosed.store(true, ordering: .releasing)
    jobs.arrivals.signal()
  }

  /// Adds a job. Called by the concurrency runtime.
  public func enqueue(_ job: consuming ExecutorJob) { jobs.add(UnownedJob(job)) }
}

/// A reference that does not keep its object alive.
///
/// SAFETY: used only while a job runs, whose actor keeps the object alive.
@unsafe private struct Unowned: @unchecked Sendable {
  unowned(unsafe) let value: ThreadExecutor

  init(_ value: ThreadExecutor) { unsafe self.value = value }
}
