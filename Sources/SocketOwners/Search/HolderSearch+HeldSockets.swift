extension HolderSearch {
  /// Lists the sockets of all processes, except the wanted ones. Stages 1 to 3 find them, and no socket can be missing.
  mutating func heldSockets() throws(SocketOwnersError) -> HeldSockets {
    try read(plan(listProcesses()))
    memory.forget(allBut: examined)
    findObstacles()
    var held = HeldSockets(holders: [:], isComplete: obstacles.leaveNoSocketUnseen)
    var slots: [(inode: UInt32, holder: SocketHolder)] = []
    for pid in examined.sorted() {
      guard let record = memory.processes[pid] else { continue }
      // Such a thread may have a separate table.
      if !record.threads.unknown.isEmpty { held.isComplete = false }
      for table in record.tables {
        let thread = table.thread == 0 ? nil : table.thread
        for link in table.links where link.kind == .socket && wanted.index(of: link.inode) == nil {
          held.holders[link.inode, default: []].append(
            SocketHolder(pid: pid, descriptor: link.number, threadID: thread))
        }
        for file in table.fixed where wanted.index(of: file.inode) == nil {
          slots.append(
            (file.inode, SocketHolder(pid: pid, descriptor: file.ring, threadID: thread, fixedFileSlot: file.slot)))
        }
      }
    }
    for (inode, holder) in slots { held.holders[inode, default: []].append(holder) }
    return held
  }
}

extension SearchObstacles {
  /// Whether every process, thread, io_uring and queue that may hold a socket was read.
  fileprivate var leaveNoSocketUnseen: Bool {
    unreadableProcesses == 0 && unreadableThreads == 0 && unreadableRings == 0 && !hidesProcesses && !mayLackProcesses
      && !listsNoProcess && descriptorsInFlight?.isEmpty == true
  }
}
