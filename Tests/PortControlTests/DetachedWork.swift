import Glibc
import PortControl
import SockDiag
import SocketLaboratory
import Synchronization

/// A task on the pool of Swift's threads, whose result the thread of a laboratory waits for.
final class DetachedWork<Value: Sendable>: Sendable {
  private let result = Mutex<Result<Value, any Error>?>(nil)
  private let task = Mutex<Task<Void, Never>?>(nil)

  init(_ body: @escaping @Sendable () async throws -> Value) {
    let task = Task.detached {
      do {
        let value = try await body()
        self.result.withLock { $0 = .success(value) }
      } catch {
        self.result.withLock { $0 = .failure(error) }
      }
    }
    self.task.withLock { $0 = task }
  }

  func cancel() { task.withLock { $0?.cancel() } }

  /// The result. The calling thread waits.
  func value() throws -> Value {
    let end = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < end {
      if let result = result.withLock({ $0 }) { return try result.get() }
      usleep(2_000)
    }
    throw LaboratoryError(.timeout, "the task ends")
  }
}

extension PortViewpoint {
  /// The namespace of a laboratory, for threads that start outside of it.
  static func inside(_ laboratory: Laboratory) throws -> PortViewpoint {
    PortViewpoint(in: try NetworkNamespace.at(path: laboratory.namespace.path))
  }
}
