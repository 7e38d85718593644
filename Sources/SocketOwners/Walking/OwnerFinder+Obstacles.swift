extension OwnerFinder {
  /// Finds out what may have kept the search from seeing the holder of a socket.
  func findObstacles(_ pass: inout SearchPass) {
    var text: [UInt8] = []
    func read(_ path: String) -> [UInt8]? {
      pass.work.filesRead += 1
      return files.contents(ProcPath(path), in: proc, limit: 1 << 20, into: &text) == 0 ? text : nil
    }
    // The kernel's threads are in the first pid namespace only, and the second process of that one is theirs.
    pass.obstacles.mayLackProcesses = !(read("2/stat").flatMap { ProcessStat($0.span) }?.isKernelThread ?? false)
    pass.obstacles.hidesProcesses = hidesProcesses(
      mounts: read("thread-self/mountinfo"), status: read("thread-self/status"))
    for pid in pass.examined {
      pass.obstacles.unreadableRings += records[pid]?.tables.reduce(0) { $0 + $1.silentRings } ?? 0
    }
    if pass.isAnew { pass.obstacles.descriptorsInFlight = descriptorsInFlight(&pass) }
  }

  private func hidesProcesses(mounts: [UInt8]?, status: [UInt8]?) -> Bool {
    var root = FileStatus()
    guard traits.isProc, let mounts, files.status(ProcPath("."), in: proc, into: &root) == 0 else { return false }
    guard let options = ProcMount.options(of: root.device, mounts.span), options.hides else { return false }
    return !(status.map { ProcCredentials($0.span) }?.seesThrough(options) ?? false)
  }

  /// The unix sockets in whose queues descriptors wait. `nil` if there are too many sockets to look at all.
  private func descriptorsInFlight(_ pass: inout SearchPass) -> [SearchObstacles.DescriptorsInFlight]? {
    var found: [SearchObstacles.DescriptorsInFlight] = []
    var text: [UInt8] = []
    var budget = 1 << 15
    for pid in pass.examined.sorted() {
      for table in records[pid]?.tables ?? [] {
        let path = DescriptorTable.path(pid, table.thread)
        // Whoever asks for sockets of one kind does not ask for the unix sockets that may carry one.
        for link in table.links where link.kind == .socket && pass.table.index(of: link.inode) == nil {
          budget -= 1
          guard budget >= 0 else { return nil }
          var info = path
          info.append("info/\(link.number)")
          pass.work.filesRead += 1
          guard files.contents(info, in: proc, limit: 1 << 14, into: &text) == 0,
            let count = DescriptorInfo(text.span).waitingDescriptors, count > 0
          else { continue }
          found.append(.init(pid: pid, descriptor: link.number, count: count))
        }
      }
    }
    return found
  }
}
