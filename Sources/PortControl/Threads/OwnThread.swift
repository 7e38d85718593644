internal import SockDiag

/// Threads that block, so that no thread of Swift's pool does.
enum OwnThread {
  /// Starts a thread that ends with its work. It receives no signals: they are for the threads of the program.
  static func start(_ work: @escaping @Sendable () -> Void) throws(PortControlError) {
    do throws(SockDiagError) { try WorkerThread.start("sockdiag-ports", work) } catch {
      throw PortControlError(.system, errno: error.errno)
    }
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
}
