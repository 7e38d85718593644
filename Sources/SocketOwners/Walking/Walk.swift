internal import Glibc
internal import Synchronization

/// Tasks that one or two threads do.
final class Walk: Sendable {
  private let tasks: [TableTask]
  private let files: any DirectoryOperations
  private let proc: Int32
  private let wanted: InodeTable
  private let next = Atomic<Int>(0)
  private let outcome = Mutex<(results: [TableResult], work: SearchWork)>(([], SearchWork()))

  private init(_ tasks: [TableTask], _ files: any DirectoryOperations, _ proc: Int32, _ wanted: InodeTable) {
    self.tasks = tasks
    self.files = files
    self.proc = proc
    self.wanted = wanted
  }

  /// Does all tasks and returns their results, in no order.
  static func perform(
    _ tasks: [TableTask], walkers: Int, files: any DirectoryOperations, proc: Int32, wanted: InodeTable
  ) -> (results: [TableResult], work: SearchWork) {
    guard !tasks.isEmpty else { return ([], SearchWork()) }
    let walk = Walk(tasks, files, proc, wanted)
    // A thread costs as much as some dozen links; two that take turns at few of them gain nothing.
    let isWorthIt = walkers > 1 && tasks.count > 1 && tasks.reduce(0) { $0 + $1.expectedLinks } > 512
    let helper = isWorthIt ? walk.startHelper() : nil
    walk.run()
    if let helper { pthread_join(helper, nil) }
    return walk.outcome.withLock { $0 }
  }

  private func run() {
    var reader = TableReader(files, proc: proc, wanted: wanted)
    var results: [TableResult] = []
    while true {
      let index = next.add(1, ordering: .relaxed).oldValue
      guard index < tasks.count else { break }
      results.append(reader.perform(tasks[index]))
    }
    outcome.withLock {
      $0.results += results
      $0.work += reader.work
    }
  }

  /// A second thread; `nil` if there cannot be one, which costs time only.
  private func startHelper() -> pthread_t? {
    var thread = pthread_t()
    // SAFETY: the retain is balanced by the thread, which runs if it was started.
    let walk = unsafe Unmanaged.passRetained(self)
    let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
      guard let context = unsafe context else { return nil }
      // SAFETY: the context is the object retained above, and this is its one release.
      unsafe Unmanaged<Walk>.fromOpaque(context).takeRetainedValue().run()
      return nil
    }
    // SAFETY: the entry function expects nothing but the retained object.
    guard unsafe pthread_create(&thread, nil, entry, walk.toOpaque()) == 0 else {
      // SAFETY: no thread took it over.
      unsafe walk.release()
      return nil
    }
    return thread
  }
}
