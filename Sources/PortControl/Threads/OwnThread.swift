internal import Glibc

/// Threads that block, so that no thread of Swift's pool does.
enum OwnThread {
  /// Starts a thread that ends with its work. It receives no signals: they are for the threads of the program.
  static func start(_ work: @escaping @Sendable () -> Void) throws(PortControlError) {
    var (all, own) = (sigset_t(), sigset_t())
    // SAFETY: the calls fill and read the two sets.
    unsafe sigfillset(&all)
    // SAFETY: as above. A new thread inherits the mask.
    unsafe pthread_sigmask(SIG_BLOCK, &all, &own)
    // SAFETY: as above.
    defer { unsafe pthread_sigmask(SIG_SETMASK, &own, nil) }
    var thread = pthread_t()
    // SAFETY: the thread releases the object; if no thread starts, it is released below.
    let start = unsafe Unmanaged.passRetained(Start(work))
    let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
      guard let context = unsafe context else { return nil }
      // SAFETY: the context is the object retained above, and this is its one release.
      unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue().work()
      return nil
    }
    // SAFETY: the entry function expects nothing but the retained object.
    let error = unsafe pthread_create(&thread, nil, entry, start.toOpaque())
    guard error == 0 else {
      // SAFETY: no thread runs that would release it.
      unsafe start.release()
      throw PortControlError(.system, errno: error)
    }
    pthread_detach(thread)
  }

  /// Runs work on a thread of its own. The calling task is suspended, and no thread waits.
  ///
  /// - Parameter work: Gets a value that says whether the task was cancelled.
  static func run<Value: Sendable>(
    _ work: @escaping @Sendable (Cancellation) throws(PortControlError) -> Value
  ) async throws(PortControlError) -> Value {
    let cancellation = try Cancellation()
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, PortControlError>, Never>) in
        do throws(PortControlError) {
          try start {
            do throws(PortControlError) {
              continuation.resume(returning: .success(try work(cancellation)))
            } catch {
              continuation.resume(returning: .failure(error))
            }
          }
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    } onCancel: {
      cancellation.cancel()
    }
    return try result.get()
  }

  /// What a thread does.
  private final class Start: Sendable {
    let work: @Sendable () -> Void

    init(_ work: @escaping @Sendable () -> Void) { self.work = work }
  }
}
