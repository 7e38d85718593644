internal import Glibc

// Stage 2: what to read of each process.
extension HolderSearch {
  /// Plans the processes that were not examined yet.
  mutating func plan(_ pids: [Int32]) -> [TableTask] {
    var tasks: [TableTask] = []
    for pid in pids where examined.insert(pid).inserted { plan(pid, &tasks) }
    return tasks
  }

  /// Decides what to read of a process, by its number of descriptors and of threads.
  mutating func plan(_ pid: Int32, _ tasks: inout [TableTask]) {
    var status = FileStatus()
    work.processesExamined += 1
    let error = proc.status(DescriptorTable.path(pid, 0), into: &status)
    guard error == 0 else {
      memory.processes[pid] = nil
      if error == -EACCES || error == -EPERM {
        // Only hidepid forbids even the status.
        obstacles.unreadableProcesses += 1
      } else {
        obstacles.vanishedProcesses += 1
      }
      return
    }
    var known = trustsMemory ? memory.processes[pid] : nil
    memory.processes[pid] = nil
    if let record = known, let first = record.table(0), first.identity != status.identity, !isSame(record) {
      known = nil
    }
    var next = ProcessRecord(pid: pid, startTicks: known?.startTicks ?? 0)
    next.isNew = known == nil
    next.threads = proc.threads(of: pid, knowing: known?.threads, &work)
    plan(0, status, &next, known, &tasks)
    for thread in next.threads.separate {
      var status = FileStatus()
      guard proc.status(DescriptorTable.path(pid, thread), into: &status) == 0 else { continue }
      plan(thread, status, &next, known, &tasks)
    }
    // A process without descriptors and without threads, such as a kernel thread, is not kept: it costs one look each
    // time.
    if !next.tables.isEmpty || !next.threads.others.isEmpty { memory.processes[pid] = next }
  }

  private mutating func plan(
    _ thread: Int32, _ status: FileStatus, _ next: inout ProcessRecord, _ known: ProcessRecord?,
    _ tasks: inout [TableTask]
  ) {
    let count = proc.traits.countsDescriptors ? status.size : nil
    // A kernel thread, or a process that has ended.
    if count == 0 { return }
    let pid = next.pid
    let needsStart = next.startTicks == 0
    func task(_ reading: TableTask.Reading) -> TableTask {
      TableTask(pid: pid, thread: thread, identity: status.identity, needsStart: needsStart, reading: reading)
    }
    if let count, var table = known?.table(thread) {
      table.identity = status.identity
      table.count = count
      isAnew = false
      next.tables.append(DescriptorTable(thread: thread, identity: status.identity))
      tasks.append(task(.changes(table)))
      return
    }
    next.tables.append(DescriptorTable(thread: thread, identity: status.identity, count: count))
    if let count, options.walkers > 1, count > 2 * Self.partLength {
      for start in stride(from: 0, to: count, by: Self.partLength) {
        tasks.append(task(.part(UInt32(clamping: start)..<UInt32(clamping: min(count, start + Self.partLength)))))
      }
    } else {
      tasks.append(task(.whole(count: count)))
    }
  }

  /// The size of the parts into which a large table is divided for two walkers. Reading one takes some milliseconds.
  private static var partLength: Int { 2048 }

  /// Whether a process is still the known one, although its inodes in proc are new: the kernel drops the inodes if
  /// memory is short.
  private mutating func isSame(_ record: ProcessRecord) -> Bool {
    guard record.startTicks != 0 else { return false }
    return proc.startTicks(of: record.pid, &work) == record.startTicks
  }
}
