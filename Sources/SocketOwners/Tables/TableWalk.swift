internal import Glibc
internal import Synchronization

/// Performs tasks by one or two threads.
final class TableWalk: Sendable {
  private let tasks: [TableTask]
  private let proc: ProcTree
  private let wanted: InodeTable
  private let taken = Atomic<Int>(0)
  private let outcome = Mutex<(results: [TableResult], work: SearchWork)>(([], SearchWork()))

  private init(_ tasks: [TableTask], _ proc: ProcTree, _ wanted: InodeTable) {
    self.tasks = tasks
    self.proc = proc
    self.wanted = wanted
  }

  /// Performs all tasks and returns their results, in no order.
  ///
  /// - Parameter walkers: The largest number of threads, 1 or 2.
  static func perform(
    _ tasks: [TableTask], walkers: Int, _ proc: ProcTree, _ wanted: InodeTable
  ) -> (results: [TableResult], work: SearchWork) {
    guard !tasks.isEmpty else { return ([], SearchWork()) }
    let walk = TableWalk(tasks, proc, wanted)
    // Starting a thread costs as much as some dozen links, so two threads gain nothing for few links.
    let isWorthIt = walkers > 1 && tasks.count > 1 && tasks.reduce(0) { $0 + $1.expectedLinks } > 512
    let helper = isWorthIt ? walk.startHelper() : nil
    walk.run(fromEnd: false)
    if let helper { pthread_join(helper, nil) }
    return walk.outcome.withLock { $0 }
  }

  /// Takes tasks from one end. Two walkers take them from opposite ends, so that they read different processes until
  /// they meet: in one process they would wait for each other's locks.
  private func run(fromEnd: Bool) {
    var reader = TableReader(proc, wanted: wanted)
    var results: [TableResult] = []
    var own = 0
    // The shared count ends both, so that no task is taken twice.
    while taken.add(1, ordering: .relaxed).oldValue < tasks.count {
      results.append(reader.perform(tasks[fromEnd ? tasks.count - 1 - own : own]))
      own += 1
    }
    outcome.withLock {
      $0.results += results
      $0.work += reader.work
    }
  }

  /// Starts a second thread. If the system refuses one, the result is `nil` and the first thread performs all tasks.
  private func startHelper() -> pthread_t? {
    var thread = pthread_t()
    // SAFETY: the thread releases the object; if no thread starts, it is released below.
    let walk = unsafe Unmanaged.passRetained(self)
    let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
      guard let context = unsafe context else { return nil }
      // SAFETY: the context is the object retained above, and this is its one release.
      unsafe Unmanaged<TableWalk>.fromOpaque(context).takeRetainedValue().run(fromEnd: true)
      return nil
    }
    // SAFETY: the entry function expects nothing but the retained object.
    guard unsafe pthread_create(&thread, nil, entry, walk.toOpaque()) == 0 else {
      // SAFETY: no thread runs that would release it.
      unsafe walk.release()
      return nil
    }
    return thread
  }
}
