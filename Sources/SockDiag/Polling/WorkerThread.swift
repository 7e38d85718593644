internal import CSockDiag

/// A thread of its own for work that blocks. The cooperative threads of Swift's concurrency are as many as the processors,
/// and a walk of 70 ms on one of them delays everything else that waits for it.
package enum WorkerThread {
  /// Runs a function on a new thread, which ends with it.
  ///
  /// - Parameter name: The name of the thread, up to 15 bytes, as `ps -L` and debuggers show it.
  /// - Throws: ``SockDiagError`` with `EAGAIN` where the limit of threads is reached.
  package static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(SockDiagError) {
    try NamespaceThread.start {
      // SAFETY: the name is copied.
      unsafe csockdiag_name_thread(name)
      body()
    }
  }
}
