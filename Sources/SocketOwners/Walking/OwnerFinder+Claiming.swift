internal import Glibc

extension OwnerFinder {
  /// Looks up everything that is known of the processes of this search, and reads again what contradicts itself.
  mutating func claims(_ pass: inout SearchPass) throws(SocketOwnersError) -> Claims {
    pass.claims = collect(pass)
    // A socket with two holders of which one was only believed may have moved from there to the other.
    let doubtful = pass.claims.doubtful
    guard !doubtful.isEmpty else { return pass.claims }
    var numbers: [Int32: [Int32: [UInt32]]] = [:]
    for holder in doubtful {
      numbers[holder.pid, default: [:]][holder.threadID ?? 0, default: []].append(holder.descriptor)
    }
    var tasks: [TableTask] = []
    for (pid, tables) in numbers {
      for (thread, numbers) in tables {
        guard let table = records[pid]?.tables.first(where: { $0.thread == thread }) else { continue }
        let reading = TableTask.Reading.numbers(table, numbers.sorted())
        tasks.append(
          TableTask(pid: pid, thread: thread, identity: table.identity, needsStart: false, reading: reading))
      }
    }
    try perform(tasks, &pass)
    pass.claims = collect(pass)
    return pass.claims
  }

  private func collect(_ pass: SearchPass) -> Claims {
    var claims = Claims(pass.table)
    for pid in pass.examined.sorted() {
      guard let record = records[pid] else { continue }
      for table in record.tables {
        let thread = table.thread == 0 ? nil : table.thread
        for link in table.links where link.kind == .socket {
          guard let place = pass.table.index(of: link.inode) else { continue }
          claims.append(
            SocketHolder(pid: pid, descriptor: link.number, threadID: thread, isVerified: link.isFresh), at: place)
        }
        for file in table.fixed {
          guard let place = pass.table.index(of: file.inode) else { continue }
          claims.append(
            SocketHolder(pid: pid, descriptor: file.ring, threadID: thread, fixedFileSlot: file.slot), at: place)
        }
      }
    }
    return claims
  }

  /// Notes which links were wanted, for the next search, and makes the report.
  mutating func report(_ wanted: [WantedSocket], _ pass: inout SearchPass) -> OwnerReport {
    var processes: [HoldingProcess] = []
    for pid in pass.examined.sorted() {
      // Taken out and put back, so that it is changed in place and not copied.
      guard var record = records.removeValue(forKey: pid) else { continue }
      var isHolder = pass.holdersByThread.contains(pid)
      for table in record.tables.indices {
        for link in record.tables[table].links.indices where record.tables[table].links[link].kind == .socket {
          let isWanted = pass.table.index(of: record.tables[table].links[link].inode) != nil
          record.tables[table].links[link].wasWanted = isWanted
          isHolder = isHolder || isWanted
        }
        isHolder = isHolder || record.tables[table].fixed.contains { pass.table.index(of: $0.inode) != nil }
      }
      if isHolder, record.startTicks != 0 {
        processes.append(HoldingProcess(pid: pid, startTicks: record.startTicks))
      }
      records[pid] = record
    }
    return OwnerReport(
      pass.table, pass.claims, processes: processes, missing: missing(wanted, &pass), obstacles: pass.obstacles,
      work: pass.work)
  }
}
