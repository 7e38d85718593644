// Stage 1: which processes to examine.
extension HolderSearch {
  /// Lists all processes of proc, once in a search.
  mutating func listProcesses() throws(SocketOwnersError) -> [Int32] {
    if let allProcesses { return allProcesses }
    let pids = try proc.processes(&work)
    obstacles.listsNoProcess = pids.isEmpty
    allProcesses = pids
    return pids
  }

  /// The processes in the cgroups in which wanted sockets were made.
  mutating func processesInCgroupsOfSockets() -> [Int32] {
    let ids = Set(sockets.lazy.filter { $0.inode != 0 }.compactMap(\.cgroupID))
    guard !ids.isEmpty else { return [] }
    return memory.cgroups.processes(of: ids, proc, &work)
  }

  /// The processes of the users who own the sockets without a holder.
  mutating func processesOfUsersOfMissingSockets() throws(SocketOwnersError) -> [Int32] {
    var uids: Set<UInt32> = []
    for socket in sockets {
      guard let uid = socket.uid, let place = wanted.index(of: socket.inode), found.counts[place] == 0
      else { continue }
      uids.insert(uid)
    }
    guard !uids.isEmpty else { return [] }
    var pids: [Int32] = []
    var status = FileStatus()
    for pid in try listProcesses() where !examined.contains(pid) {
      work.processesExamined += 1
      if proc.status(DescriptorTable.path(pid, 0), into: &status) == 0, uids.contains(status.uid) { pids.append(pid) }
    }
    return pids
  }
}
