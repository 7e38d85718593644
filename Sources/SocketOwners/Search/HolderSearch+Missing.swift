// Stage 5: wanted sockets without a holder.
extension HolderSearch {
  /// Looks for missing sockets in descriptors that show no sign of a change, then for the obstacles if some stay
  /// missing.
  mutating func lookAgain() throws(SocketOwnersError) {
    if !isAnew { try readUnwantedDescriptors() }
    var helped: Bool?
    var missing = missing
    if isAnew {
      helped = false
    } else if !missing.isEmpty, memory.rereads.isDue(missing) {
      try readEverything()
      // This may also find that a socket which had a holder in the memory has none now.
      helped = !missing.isSubset(of: self.missing)
      missing = self.missing
    }
    if !missing.isEmpty { readUnknownThreads(for: missing) }
    let rest = self.missing
    memory.rereads.note(rest, helped: helped)
    if !rest.isEmpty { findObstacles() }
  }

  /// Reads all descriptors that led to no wanted socket: a closed file may have left its number to a socket.
  private mutating func readUnwantedDescriptors() throws(SocketOwnersError) {
    var tasks: [TableTask] = []
    for pid in examined.sorted() {
      guard let record = memory.processes[pid] else { continue }
      for table in record.tables where table.links.contains(where: { !$0.wasWanted && !$0.isFresh }) {
        tasks.append(
          TableTask(
            pid: pid, thread: table.thread, identity: table.identity, needsStart: record.startTicks == 0,
            reading: .unwanted(table)))
      }
    }
    try read(tasks)
    try match()
  }

  /// Examines all processes again and believes nothing of the memory.
  private mutating func readEverything() throws(SocketOwnersError) {
    let pids = try listProcesses()
    trustsMemory = false
    examined = []
    isAnew = true
    obstacles = SearchObstacles()
    try examine(pids)
  }

  /// Reads the tables of threads that could not be compared with the first thread.
  ///
  /// Almost all of them share the table of the first thread, so only missing sockets are taken from them.
  private mutating func readUnknownThreads(for missing: Set<UInt32>) {
    var tasks: [TableTask] = []
    for pid in examined.sorted() {
      for thread in memory.processes[pid]?.threads.unknown ?? [] {
        var status = FileStatus()
        guard proc.status(DescriptorTable.path(pid, thread), into: &status) == 0 else { continue }
        let count = proc.traits.countsDescriptors ? status.size : nil
        if count == 0 { continue }
        tasks.append(
          TableTask(
            pid: pid, thread: thread, identity: status.identity,
            needsStart: memory.processes[pid]?.startTicks == 0, reading: .whole(count: count)))
      }
    }
    let (results, work) = TableWalk.perform(tasks, walkers: options.walkers, proc, wanted)
    self.work += work
    var seen: Set<DescriptorPlace> = []
    for result in results.sorted(by: { ($0.pid, $0.thread) < ($1.pid, $1.thread) }) {
      guard result.fault == 0 else {
        obstacles.unreadableThreads += 1
        continue
      }
      if let start = result.startTicks { memory.processes[result.pid]?.startTicks = start }
      for link in result.table.links where link.kind == .socket && missing.contains(link.inode) {
        guard let place = wanted.index(of: link.inode),
          seen.insert(DescriptorPlace(pid: result.pid, descriptor: link.number)).inserted
        else { continue }
        found.append(SocketHolder(pid: result.pid, descriptor: link.number, threadID: result.thread), at: place)
        holdersByThread.insert(result.pid)
      }
    }
  }
}

private struct DescriptorPlace: Hashable {
  let pid: Int32
  let descriptor: UInt32
}
