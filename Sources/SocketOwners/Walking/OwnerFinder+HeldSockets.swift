/// The sockets that processes hold, of whatever kind, but for some that are known already.
public struct HeldSockets: Sendable {
  /// One descriptor for each socket, by the inode number of the socket.
  public var holders: [UInt32: SocketHolder]
  /// Whether everything was seen that a process can hold a socket by. Not seen are those that only the kernel holds.
  public var isComplete: Bool
}

extension OwnerFinder {
  /// Lists the sockets that processes hold, for what sock_diag does not report.
  ///
  /// Every descriptor of every process is read, at about three microseconds each.
  ///
  /// - Parameter known: Inode numbers that are left out.
  /// - Throws: ``SocketOwnersError`` if the processes cannot be listed at all, or the limits of this process do not suffice.
  public mutating func heldSockets(
    besides known: some Collection<UInt32>
  ) throws(SocketOwnersError) -> HeldSockets {
    var pass = SearchPass(InodeTable(Array(known)), .anew)
    try examine(try processes(&pass), &pass)
    forget(allBut: pass.examined)
    findObstacles(&pass)
    var found = HeldSockets(holders: [:], isComplete: pass.obstacles.leaveNoSocketUnseen)
    for pid in pass.examined.sorted() {
      guard let record = records[pid] else { continue }
      // Such a thread may have a table of its own.
      if !record.unknownThreads.isEmpty { found.isComplete = false }
      for table in record.tables {
        let thread = table.thread == 0 ? nil : table.thread
        for link in table.links where link.kind == .socket && pass.table.index(of: link.inode) == nil {
          found.holders[link.inode] = SocketHolder(pid: pid, descriptor: link.number, threadID: thread)
        }
        for file in table.fixed where pass.table.index(of: file.inode) == nil && found.holders[file.inode] == nil {
          found.holders[file.inode] = SocketHolder(
            pid: pid, descriptor: file.ring, threadID: thread, fixedFileSlot: file.slot)
        }
      }
    }
    return found
  }
}

extension SearchObstacles {
  /// Whether no process, thread, ring or queue was left out that may hold a socket.
  fileprivate var leaveNoSocketUnseen: Bool {
    unreadableProcesses == 0 && unreadableThreads == 0 && unreadableRings == 0 && !hidesProcesses && !mayLackProcesses
      && !listsNoProcess && descriptorsInFlight?.isEmpty == true
  }
}
