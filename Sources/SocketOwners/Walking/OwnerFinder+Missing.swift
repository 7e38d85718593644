extension OwnerFinder {
  /// Looks for sockets that have no holder where changes give no sign, and for the reasons if that does not help.
  mutating func lookAgain(_ pass: inout SearchPass) throws(SocketOwnersError) {
    if !pass.isAnew { try readUnwanted(&pass) }
    var helped: Bool?
    var missing = pass.missing
    if pass.isAnew {
      helped = false
    } else if !missing.isEmpty, persistence.isDue(missing) {
      try readAnew(&pass)
      // Others may be missing now that were believed to be where they had been.
      helped = !missing.isSubset(of: pass.missing)
      missing = pass.missing
    }
    if !missing.isEmpty { readUnknownThreads(&pass) }
    persistence.note(pass.missing, helped: helped)
    if !pass.missing.isEmpty { findObstacles(&pass) }
  }

  /// Reads what was not known as a wanted socket: a file that was closed may have left its number to a socket.
  private mutating func readUnwanted(_ pass: inout SearchPass) throws(SocketOwnersError) {
    var tasks: [TableTask] = []
    for pid in pass.examined.sorted() {
      guard let record = records[pid] else { continue }
      for table in record.tables where table.links.contains(where: { !$0.wasWanted && !$0.isFresh }) {
        tasks.append(
          TableTask(
            pid: pid, thread: table.thread, identity: table.identity, needsStart: record.startTicks == 0,
            reading: .unwanted(table)))
      }
    }
    try perform(tasks, &pass)
    _ = try claims(&pass)
  }

  private mutating func readAnew(_ pass: inout SearchPass) throws(SocketOwnersError) {
    let pids = try processes(&pass)
    pass.search.trustsEarlierSearches = false
    pass.examined = []
    pass.isAnew = true
    pass.obstacles = SearchObstacles()
    try examine(pids, &pass)
    _ = try claims(&pass)
  }

  /// Reads the tables of threads that could not be compared. Almost all of them are the table of the first thread
  /// again, so only what is missing is taken from them.
  private mutating func readUnknownThreads(_ pass: inout SearchPass) {
    var tasks: [TableTask] = []
    for pid in pass.examined.sorted() {
      for thread in records[pid]?.unknownThreads ?? [] {
        var status = FileStatus()
        guard files.status(DescriptorTable.path(pid, thread), in: proc, into: &status) == 0 else { continue }
        let count = traits.countsDescriptors ? status.size : nil
        if count == 0 { continue }
        tasks.append(
          TableTask(
            pid: pid, thread: thread, identity: status.identity, needsStart: records[pid]?.startTicks == 0,
            reading: .whole(count: count)))
      }
    }
    let (results, work) = Walk.perform(
      tasks, walkers: pass.search.walkers, files: files, proc: proc, wanted: pass.table)
    pass.work += work
    let missing = pass.missing
    var seen: Set<HolderPlace> = []
    for result in results.sorted(by: { ($0.pid, $0.thread) < ($1.pid, $1.thread) }) {
      guard result.fault == 0 else {
        pass.obstacles.unreadableThreads += 1
        continue
      }
      if let start = result.startTicks { records[result.pid]?.startTicks = start }
      for link in result.table.links where link.kind == .socket && missing.contains(link.inode) {
        guard let place = pass.table.index(of: link.inode),
          seen.insert(HolderPlace(pid: result.pid, descriptor: link.number)).inserted
        else { continue }
        pass.claims.append(
          SocketHolder(pid: result.pid, descriptor: link.number, threadID: result.thread), at: place)
        pass.holdersByThread.insert(result.pid)
      }
    }
  }

  /// The sockets without holder, each with what could not be excluded.
  func missing(_ wanted: [WantedSocket], _ pass: inout SearchPass) -> [MissingHolder] {
    var list: [MissingHolder] = []
    if wanted.contains(where: { $0.inode == 0 }) { list.append(MissingHolder(inode: 0, possibleReasons: .noProcess)) }
    guard !pass.claims.isComplete else { return list }
    // Whatever was read, the socket may be gone, and the kernel needs no process to hold one.
    var reasons: MissingHolder.Reasons = [.closedMeanwhile, .kernel]
    if pass.obstacles.unreadableProcesses > 0 { reasons.insert(.unreadableProcess) }
    if pass.obstacles.hidesProcesses { reasons.insert(.hiddenProcess) }
    if pass.obstacles.mayLackProcesses { reasons.insert(.anotherPIDNamespace) }
    if pass.obstacles.unreadableRings > 0 { reasons.insert(.fixedFile) }
    if pass.obstacles.unreadableThreads > 0 { reasons.insert(.unreadableThread) }
    if pass.obstacles.descriptorsInFlight?.isEmpty != true { reasons.insert(.inFlight) }
    if !pass.isAnew { reasons.insert(.notSearchedAnew) }
    for (place, inode) in pass.table.inodes.enumerated() where pass.claims.counts[place] == 0 {
      list.append(MissingHolder(inode: inode, possibleReasons: reasons))
    }
    return list
  }
}

private struct HolderPlace: Hashable {
  let pid: Int32
  let descriptor: UInt32
}

extension SearchPass {
  /// The inodes without holder.
  var missing: Set<UInt32> {
    Set(table.inodes.indices.lazy.filter { claims.counts[$0] == 0 }.map { table.inodes[$0] })
  }
}
