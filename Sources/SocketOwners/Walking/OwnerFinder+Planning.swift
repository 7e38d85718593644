internal import Glibc

extension OwnerFinder {
  /// Decides what has to be read of a process, from its number of descriptors and of threads.
  mutating func plan(_ pid: Int32, _ pass: inout SearchPass, _ tasks: inout [TableTask]) {
    var status = FileStatus()
    pass.work.processesExamined += 1
    let error = files.status(DescriptorTable.path(pid, 0), in: proc, into: &status)
    guard error == 0 else {
      records[pid] = nil
      if error == -EACCES || error == -EPERM {
        // Only hidepid forbids so much.
        pass.obstacles.unreadableProcesses += 1
      } else {
        pass.obstacles.vanishedProcesses += 1
      }
      return
    }
    var record = pass.search.trustsEarlierSearches ? records[pid] : nil
    records[pid] = nil
    if let old = record, let leader = old.tables.first(where: { $0.thread == 0 }),
      leader.identity != status.identity, !isSame(old, &pass)
    {
      record = nil
    }
    var next = ProcessRecord(pid: pid, startTicks: record?.startTicks ?? 0)
    planThreads(of: &next, knowing: record, &pass)
    plan(0, status, &next, record, &pass, &tasks)
    for thread in next.separateThreads {
      var status = FileStatus()
      guard files.status(DescriptorTable.path(pid, thread), in: proc, into: &status) == 0 else { continue }
      plan(thread, status, &next, record, &pass, &tasks)
    }
    // A process without descriptors and without threads, such as one of the kernel's, costs a look and no memory.
    if !next.tables.isEmpty || next.threads.count > 0 { records[pid] = next }
  }

  private func plan(
    _ thread: Int32, _ status: FileStatus, _ record: inout ProcessRecord, _ old: ProcessRecord?,
    _ pass: inout SearchPass, _ tasks: inout [TableTask]
  ) {
    let count = traits.countsDescriptors ? status.size : nil
    // A process of the kernel, or one that has ended.
    if count == 0 { return }
    let pid = record.pid
    let needsStart = record.startTicks == 0
    func task(_ reading: TableTask.Reading) -> TableTask {
      TableTask(pid: pid, thread: thread, identity: status.identity, needsStart: needsStart, reading: reading)
    }
    if let count, var table = old?.tables.first(where: { $0.thread == thread }) {
      table.identity = status.identity
      table.count = count
      pass.isAnew = false
      record.tables.append(DescriptorTable(thread: thread, identity: status.identity))
      tasks.append(task(.changes(table)))
      return
    }
    record.tables.append(DescriptorTable(thread: thread, identity: status.identity))
    if let count, pass.search.walkers > 1, count > 2 * Self.partLength {
      for start in stride(from: 0, to: count, by: Self.partLength) {
        tasks.append(task(.part(UInt32(clamping: start)..<UInt32(clamping: min(count, start + Self.partLength)))))
      }
    } else {
      tasks.append(task(.whole(count: count)))
    }
  }

  /// Numbers in a part of a table that two walkers divide: some milliseconds.
  private static var partLength: Int { 2048 }

  /// Whether a process whose inodes in proc are new is still the one that is known: the kernel may have forgotten the
  /// inodes for want of memory.
  private func isSame(_ record: ProcessRecord, _ pass: inout SearchPass) -> Bool {
    guard record.startTicks != 0 else { return false }
    return startTicks(of: record.pid, &pass.work) == record.startTicks
  }

  /// When a process started.
  func startTicks(of pid: Int32, _ work: inout SearchWork) -> UInt64? {
    var text: [UInt8] = []
    work.filesRead += 1
    guard files.contents(ProcPath(UInt32(bitPattern: pid), "/stat"), in: proc, limit: 4096, into: &text) == 0
    else { return nil }
    return ProcessStat(text.span)?.startTicks
  }
}
