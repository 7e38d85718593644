// Stage 7: the result.
extension HolderSearch {
  /// Makes the report, and notes in the memory which descriptors lead to wanted sockets.
  mutating func report() -> OwnerReport {
    let processes = noteWantedDescriptors()
    let (ends, holders) = found.grouped()
    return OwnerReport(
      wanted, ends: ends, holders: holders, processes: processes, missing: missingHolders(), obstacles: obstacles,
      work: work)
  }

  /// Notes for the next search which descriptors were wanted, and returns the processes that hold a wanted socket.
  private mutating func noteWantedDescriptors() -> [HoldingProcess] {
    var processes: [HoldingProcess] = []
    for pid in examined.sorted() {
      // Taken out and put back, so that the record is changed in place and not copied.
      guard var record = memory.processes.removeValue(forKey: pid) else { continue }
      var isHolder = holdersByThread.contains(pid)
      for table in record.tables.indices {
        for link in record.tables[table].links.indices where record.tables[table].links[link].kind == .socket {
          let isWanted = wanted.index(of: record.tables[table].links[link].inode) != nil
          record.tables[table].links[link].wasWanted = isWanted
          isHolder = isHolder || isWanted
        }
        isHolder = isHolder || record.tables[table].fixed.contains { wanted.index(of: $0.inode) != nil }
      }
      if isHolder, record.startTicks != 0 {
        processes.append(HoldingProcess(pid: pid, startTicks: record.startTicks))
      }
      memory.processes[pid] = record
    }
    return processes
  }

  /// The sockets without a holder, each with the reasons that could not be excluded.
  private func missingHolders() -> [MissingHolder] {
    var list: [MissingHolder] = []
    if sockets.contains(where: { $0.inode == 0 }) { list.append(MissingHolder(inode: 0, possibleReasons: .noProcess)) }
    guard !found.isComplete else { return list }
    // These two can never be excluded: the socket may have been closed, and the kernel can hold a socket without a
    // process.
    var reasons: MissingHolder.Reasons = [.closedMeanwhile, .kernel]
    if obstacles.unreadableProcesses > 0 { reasons.insert(.unreadableProcess) }
    if obstacles.hidesProcesses { reasons.insert(.hiddenProcess) }
    if obstacles.mayLackProcesses { reasons.insert(.anotherPIDNamespace) }
    if obstacles.unreadableRings > 0 { reasons.insert(.fixedFile) }
    if obstacles.unreadableThreads > 0 { reasons.insert(.unreadableThread) }
    if obstacles.descriptorsInFlight?.isEmpty != true { reasons.insert(.inFlight) }
    if !isAnew { reasons.insert(.notSearchedAnew) }
    for (place, inode) in wanted.inodes.enumerated() where found.counts[place] == 0 {
      list.append(MissingHolder(inode: inode, possibleReasons: reasons))
    }
    return list
  }
}
