internal import CBindTrace
internal import Glibc

/// The thread to which the tracees belong.
struct TracingThread {
  private let thread: pthread_t

  /// Starts tracing a child that waits to become the command.
  init(
    _ child: cbindtrace_child, followsDescendants: Bool, _ signals: SignalGuard, _ exchange: Exchange
  ) throws(BindTraceError) {
    let (process, channel) = (child.process, child.channel)
    let work = Work {
      cbindtrace_signals_block()
      var tracer = Tracer(
        command: process, channel: channel, followsDescendants: followsDescendants, onEnd: { signals.end() },
        exchange: exchange)
      do throws(BindTraceError) {
        try tracer.run()
        exchange.end(.success(tracer.outcome))
      } catch {
        exchange.end(.failure(error))
      }
    }
    // SAFETY: the retain is balanced by the thread's function, which runs exactly once if the thread starts.
    let context = unsafe Unmanaged.passRetained(work)
    var thread = pthread_t()
    // SAFETY: the context is the retained work above; the number is filled by the call.
    let error = unsafe pthread_create(
      &thread, nil,
      { context in
        guard let context = unsafe context else { return nil }
        // SAFETY: this is the one release of what was passed above.
        unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body()
        return nil
      }, context.toOpaque())
    guard error == 0 else {
      // SAFETY: no thread, so nobody else releases it.
      unsafe context.release()
      throw BindTraceError(.system, operation: "start a thread", errno: error)
    }
    self.thread = thread
  }

  /// Waits for the end of the thread, with which the kernel lets go of its tracees.
  func join() {
    pthread_join(thread, nil)
  }
}

private final class Work: Sendable {
  let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}
