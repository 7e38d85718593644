// Stage 4: which examined processes hold wanted sockets.
extension HolderSearch {
  /// Finds the holders of all wanted sockets among the examined processes, and reads again what contradicts itself.
  mutating func match() throws(SocketOwnersError) {
    found = matches()
    // If a socket has two holders and one of them comes from the memory, the socket may have moved from there to the
    // other. If both were read just now, the younger process may be a child between fork(2) and execve(2), which has
    // copies of descriptors that it is about to close: a second look finds it without them, or gone.
    let doubtful = found.doubtful(
      isNew: { [memory = memory.processes] in memory[$0]?.isNew != false },
      start: { [memory = memory.processes] in memory[$0]?.startTicks ?? .max })
    guard !doubtful.isEmpty else { return }
    var numbers: [Int32: [Int32: [UInt32]]] = [:]
    for holder in doubtful {
      numbers[holder.pid, default: [:]][holder.threadID ?? 0, default: []].append(holder.descriptor)
    }
    var tasks: [TableTask] = []
    for (pid, tables) in numbers {
      for (thread, numbers) in tables {
        guard let table = memory.processes[pid]?.table(thread) else { continue }
        let reading = TableTask.Reading.numbers(table, numbers.sorted())
        tasks.append(
          TableTask(pid: pid, thread: thread, identity: table.identity, needsStart: false, reading: reading))
      }
    }
    try read(tasks)
    found = matches()
  }

  private func matches() -> FoundHolders {
    var found = FoundHolders(wanted)
    for pid in examined.sorted() {
      guard let record = memory.processes[pid] else { continue }
      for table in record.tables {
        let thread = table.thread == 0 ? nil : table.thread
        for link in table.links where link.kind == .socket {
          guard let place = wanted.index(of: link.inode) else { continue }
          found.append(
            SocketHolder(pid: pid, descriptor: link.number, threadID: thread, isVerified: link.isFresh), at: place)
        }
        for file in table.fixed {
          guard let place = wanted.index(of: file.inode) else { continue }
          found.append(
            SocketHolder(pid: pid, descriptor: file.ring, threadID: thread, fixedFileSlot: file.slot), at: place)
        }
      }
    }
    return found
  }
}
