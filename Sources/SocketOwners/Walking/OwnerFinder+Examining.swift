internal import Glibc

extension OwnerFinder {
  /// Brings what is known of processes up to date.
  mutating func examine(_ pids: [Int32], _ pass: inout SearchPass) throws(SocketOwnersError) {
    var tasks: [TableTask] = []
    for pid in pids where pass.examined.insert(pid).inserted { plan(pid, &pass, &tasks) }
    try perform(tasks, &pass)
  }

  /// Does tasks, and what follows from their results.
  mutating func perform(_ tasks: [TableTask], _ pass: inout SearchPass) throws(SocketOwnersError) {
    var tasks = tasks
    // A process that is another one than a moment ago is planned again, but not for ever.
    for _ in 0..<3 where !tasks.isEmpty {
      let (results, work) = Walk.perform(
        tasks, walkers: pass.search.walkers, files: files, proc: proc, wanted: pass.table)
      pass.work += work
      tasks = []
      // What was read of a process that is not the same for all its tables counts for none of them.
      let changed = Set(results.lazy.filter { $0.fault == ESTALE || $0.fault != 0 && $0.thread == 0 }.map(\.pid))
      var judged: Set<Int32> = []
      for result in results where result.part == nil || result.fault != 0 {
        if !changed.contains(result.pid) {
          try take(result, &pass)
        } else if result.fault == ESTALE || result.thread == 0 && result.fault != 0, judged.insert(result.pid).inserted
        {
          records[result.pid] = nil
          try take(result, &pass)
          if result.fault == ESTALE { plan(result.pid, &pass, &tasks) }
        }
      }
      takeParts(results.filter { $0.part != nil && !changed.contains($0.pid) }, &tasks)
    }
  }

  private mutating func take(_ result: TableResult, _ pass: inout SearchPass) throws(SocketOwnersError) {
    switch result.fault {
    case 0:
      if let start = result.startTicks { records[result.pid]?.startTicks = start }
      records[result.pid]?.replace(result.table)
    case EACCES, EPERM:
      records[result.pid]?.remove(result.thread)
      if result.thread == 0 {
        pass.obstacles.unreadableProcesses += 1
      } else {
        pass.obstacles.unreadableThreads += 1
      }
    case EMFILE, ENFILE, ENOMEM:
      throw SocketOwnersError(.unreadableProc, operation: "open the descriptors of a process", errno: result.fault)
    default:
      // Gone, or something that no process of this kernel answers: either way nothing is known of it.
      records[result.pid]?.remove(result.thread)
      pass.obstacles.vanishedProcesses += 1
    }
  }

  /// Puts the parts of each table together; what they lack is listed.
  private mutating func takeParts(_ parts: [TableResult], _ tasks: inout [TableTask]) {
    var tables: [TableKey: [TableResult]] = [:]
    for part in parts { tables[TableKey(pid: part.pid, thread: part.thread), default: []].append(part) }
    for (key, parts) in tables where !parts.contains(where: { $0.fault != 0 }) {
      let links = parts.sorted { ($0.part ?? 0) < ($1.part ?? 0) }.flatMap(\.table.links)
      guard let identity = parts.first?.table.identity else { continue }
      // Always: it is one listing for a large table, and it brings the rings and the start as well.
      tasks.append(
        TableTask(pid: key.pid, thread: key.thread, identity: identity, needsStart: true, reading: .rest(links)))
    }
  }

  /// Forgets processes that are no longer there.
  mutating func forget(allBut pids: Set<Int32>) {
    guard records.count > 0 else { return }
    for pid in records.keys.filter({ !pids.contains($0) }) { records[pid] = nil }
  }
}

private struct TableKey: Hashable {
  let pid: Int32
  let thread: Int32
}

extension ProcessRecord {
  /// Takes over a table that was read.
  mutating func replace(_ table: DescriptorTable) {
    if let index = tables.firstIndex(where: { $0.thread == table.thread }) {
      tables[index] = table
    } else {
      tables.append(table)
    }
  }

  /// Forgets a table.
  mutating func remove(_ thread: Int32) { tables.removeAll { $0.thread == thread } }
}
