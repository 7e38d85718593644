internal import Dispatch
internal import Synchronization

/// A thread that does one piece of work after the other, for callers that wait for the results.
final class SerialWorker: Sendable {
  /// The work that waits. The thread keeps it alive, not the worker, so that the worker can end.
  private final class Queue: Sendable {
    let waiting = Mutex<[@Sendable () -> Void]>([])
    let arrivals = DispatchSemaphore(value: 0)
    let isClosed = Atomic(false)
  }

  /// A result to come.
  final class Ticket<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)
    private let arrival = DispatchSemaphore(value: 0)

    fileprivate func fulfil(_ result: Value) {
      value.withLock { $0 = result }
      arrival.signal()
    }

    /// Waits for the result. Call it once.
    func wait() -> Value {
      while true {
        arrival.wait()
        if let result = value.withLock({ $0 }) { return result }
      }
    }
  }

  private let queue = Queue()

  init(_ name: String) throws(SockDiagError) {
    let queue = queue
    try WorkerThread.start(name) {
      while true {
        queue.arrivals.wait()
        if let work = queue.waiting.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
          work()
        } else if queue.isClosed.load(ordering: .acquiring) {
          return
        }
      }
    }
  }

  deinit {
    queue.isClosed.store(true, ordering: .releasing)
    queue.arrivals.signal()
  }

  /// Gives the thread something to do.
  func begin<Value: Sendable>(_ work: @escaping @Sendable () -> Value) -> Ticket<Value> {
    let ticket = Ticket<Value>()
    add { ticket.fulfil(work()) }
    return ticket
  }

  /// Gives the thread something to do that has no result.
  func add(_ work: @escaping @Sendable () -> Void) {
    queue.waiting.withLock { $0.append(work) }
    queue.arrivals.signal()
  }
}
