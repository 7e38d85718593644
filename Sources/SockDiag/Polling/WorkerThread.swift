internal import CSockDiag
internal import Glibc

/// A thread of its own for work that blocks. The cooperative threads of Swift's concurrency are as many as the processors,
/// and a walk of 70 ms on one of them delays everything else that waits for it.
enum WorkerThread {
  private final class Start: Sendable {
    private let name: String
    private let body: @Sendable () -> Void

    init(_ name: String, _ body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }

    func run() {
      // SAFETY: the name is copied.
      unsafe csockdiag_name_thread(name)
      body()
    }
  }

  /// Runs a function on a new thread, which ends with it.
  ///
  /// - Parameter name: The name of the thread, up to 15 bytes, as `ps -L` and debuggers show it.
  /// - Throws: ``SockDiagError`` with `EAGAIN` where the limit of threads is reached.
  static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(SockDiagError) {
    var thread = pthread_t()
    // SAFETY: the thread takes the one reference over.
    let start = unsafe Unmanaged.passRetained(Start(name, body))
    let result = unsafe pthread_create(
      &thread, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, start.toOpaque())
    guard result == 0 else {
      unsafe start.release()
      throw SockDiagError(errno: result, operation: "start a thread")
    }
    pthread_detach(thread)
  }
}
