// Stage 6: what may have hidden a holder.
extension HolderSearch {
  /// Finds out what may have kept the search from seeing a holder.
  mutating func findObstacles() {
    // Kernel threads are in the first pid namespace only, and process 2 of that namespace starts them.
    obstacles.mayLackProcesses = !(text("2/stat").flatMap { ProcessStat($0.span) }?.isKernelThread ?? false)
    obstacles.hidesProcesses = hidesProcesses(
      mounts: text("thread-self/mountinfo"), status: text("thread-self/status"))
    for pid in examined {
      obstacles.unreadableRings += memory.processes[pid]?.tables.reduce(0) { $0 + $1.silentRings } ?? 0
    }
    if isAnew { obstacles.descriptorsInFlight = descriptorsInFlight() }
  }

  /// The text of a file of proc; `nil` if it cannot be read.
  private mutating func text(_ path: String) -> [UInt8]? {
    var text: [UInt8] = []
    work.filesRead += 1
    return proc.contents(ProcPath(path), limit: 1 << 20, into: &text) == 0 ? text : nil
  }

  private func hidesProcesses(mounts: [UInt8]?, status: [UInt8]?) -> Bool {
    var root = FileStatus()
    guard proc.traits.isProc, let mounts, proc.status(ProcPath("."), into: &root) == 0 else { return false }
    guard let options = ProcMount.options(of: root.device, mounts.span), options.hides else { return false }
    return !(status.map { ProcCredentials($0.span) }?.seesThrough(options) ?? false)
  }

  /// The unix sockets with descriptors in their receive queues; `nil` if there are too many sockets to look at all.
  private mutating func descriptorsInFlight() -> [SearchObstacles.DescriptorsInFlight]? {
    var waiting: [SearchObstacles.DescriptorsInFlight] = []
    var text: [UInt8] = []
    var budget = 1 << 15
    for pid in examined.sorted() {
      for table in memory.processes[pid]?.tables ?? [] {
        let path = DescriptorTable.path(pid, table.thread)
        // The wanted sockets are usually of another kind than the unix sockets that may carry them.
        for link in table.links where link.kind == .socket && wanted.index(of: link.inode) == nil {
          budget -= 1
          guard budget >= 0 else { return nil }
          var info = path
          info.append("info/\(link.number)")
          work.filesRead += 1
          guard proc.contents(info, limit: 1 << 14, into: &text) == 0,
            let count = DescriptorInfo(text.span).waitingDescriptors, count > 0
          else { continue }
          waiting.append(.init(pid: pid, descriptor: link.number, count: count))
        }
      }
    }
    return waiting
  }
}
