internal import Glibc

// Stage 3: reads descriptor tables and keeps them.
extension HolderSearch {
  /// Performs tasks and puts their results into the memory.
  mutating func read(_ tasks: [TableTask]) throws(SocketOwnersError) {
    var tasks = tasks
    // A process id may pass to another process, which is planned again. Three rounds are the limit.
    for _ in 0..<3 where !tasks.isEmpty {
      let (results, work) = TableWalk.perform(tasks, walkers: options.walkers, proc, wanted)
      self.work += work
      tasks = []
      // If one table of a process shows another process, nothing that was read of the process counts.
      let changed = Set(results.lazy.filter { $0.fault == ESTALE || $0.fault != 0 && $0.thread == 0 }.map(\.pid))
      var judged: Set<Int32> = []
      for result in results where result.part == nil || result.fault != 0 {
        if !changed.contains(result.pid) {
          try keep(result)
        } else if result.fault == ESTALE || result.thread == 0 && result.fault != 0, judged.insert(result.pid).inserted
        {
          memory.processes[result.pid] = nil
          try keep(result)
          if result.fault == ESTALE { plan(result.pid, &tasks) }
        }
      }
      join(results.filter { $0.part != nil && !changed.contains($0.pid) }, &tasks)
    }
  }

  private mutating func keep(_ result: TableResult) throws(SocketOwnersError) {
    switch result.fault {
    case 0:
      if let start = result.startTicks { memory.processes[result.pid]?.startTicks = start }
      memory.processes[result.pid]?.replace(result.table)
    case EACCES, EPERM:
      memory.processes[result.pid]?.remove(result.thread)
      if result.thread == 0 {
        obstacles.unreadableProcesses += 1
      } else {
        obstacles.unreadableThreads += 1
      }
    case EMFILE, ENFILE, ENOMEM:
      throw SocketOwnersError(.unreadableProc, operation: "open the descriptors of a process", errno: result.fault)
    default:
      // The process has ended, or the kernel gave an error that no known kernel gives. Nothing is known of it either
      // way.
      memory.processes[result.pid]?.remove(result.thread)
      obstacles.vanishedProcesses += 1
    }
  }

  /// Joins the parts of each table and plans a listing, which adds what they lack.
  private mutating func join(_ parts: [TableResult], _ tasks: inout [TableTask]) {
    var tables: [TableKey: [TableResult]] = [:]
    for part in parts { tables[TableKey(pid: part.pid, thread: part.thread), default: []].append(part) }
    for (key, parts) in tables where !parts.contains(where: { $0.fault != 0 }) {
      let links = parts.sorted { ($0.part ?? 0) < ($1.part ?? 0) }.flatMap(\.table.links)
      guard let identity = parts.first?.table.identity,
        let count = memory.processes[key.pid]?.table(key.thread)?.count
      else { continue }
      // The task also reads the rings and the start of the process, so it is needed even if no link is lacking.
      let reading = TableTask.Reading.rest(links, count: count)
      tasks.append(TableTask(pid: key.pid, thread: key.thread, identity: identity, needsStart: true, reading: reading))
    }
  }
}

private struct TableKey: Hashable {
  let pid: Int32
  let thread: Int32
}
