internal import CBindTrace
internal import Glibc

/// The thread that traces.
///
/// Tracees belong to a thread, which waits for any of them, since new ones start by themselves. On the caller's thread that
/// would be any child of the caller, too. And the kernel releases all tracees of a thread at once when it ends. The command
/// itself is a child of the caller's thread: it may ask to be killed when its parent thread ends.
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
    // SAFETY: the thread's function, which runs exactly once if the thread starts, balances the retain.
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
      // SAFETY: the thread was not started, so that this is the only release.
      unsafe context.release()
      throw BindTraceError(.system, operation: "start a thread", errno: error)
    }
    self.thread = thread
  }

  /// Waits for the end of the thread, at which the kernel releases its tracees.
  func join() {
    pthread_join(thread, nil)
  }
}

private final class Work: Sendable {
  let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}
