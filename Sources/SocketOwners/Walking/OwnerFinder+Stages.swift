extension OwnerFinder {
  /// All processes of proc.
  func processes(_ pass: inout SearchPass) throws(SocketOwnersError) -> [Int32] {
    if let listed = pass.listed { return listed }
    let directory = files.openDirectory(ProcPath("."), in: proc)
    guard directory >= 0 else {
      throw SocketOwnersError(.unreadableProc, operation: "open the directory of processes", errno: -directory)
    }
    defer { files.close(directory) }
    pass.work.directoriesOpened += 1
    let pids: [Int32]
    switch numbers(in: directory) {
    case .success(let numbers): pids = numbers
    case .failure(let fault):
      throw SocketOwnersError(.unreadableProc, operation: "list the processes", errno: fault.errno)
    }
    pass.obstacles.listsNoProcess = pids.isEmpty
    pass.listed = pids
    return pids
  }

  /// The processes in the cgroups in which wanted sockets were made.
  mutating func candidates(
    ofCgroupsIn wanted: [WantedSocket], _ pass: inout SearchPass
  ) -> [Int32] {
    let ids = Set(wanted.lazy.filter { $0.inode != 0 }.compactMap(\.cgroupID))
    guard !ids.isEmpty else { return [] }
    return cgroups.processes(of: ids, files, proc, &pass.work)
  }

  /// The processes of the users to whom wanted sockets without holder belong.
  func candidates(
    ofUsersIn wanted: [WantedSocket], _ pass: inout SearchPass
  ) throws(SocketOwnersError) -> [Int32] {
    var uids: Set<UInt32> = []
    for socket in wanted {
      guard let uid = socket.uid, let place = pass.table.index(of: socket.inode), pass.claims.counts[place] == 0
      else { continue }
      uids.insert(uid)
    }
    guard !uids.isEmpty else { return [] }
    var status = FileStatus()
    return try processes(&pass).filter { pid in
      guard !pass.examined.contains(pid) else { return false }
      pass.work.processesExamined += 1
      return files.status(DescriptorTable.path(pid, 0), in: proc, into: &status) == 0 && uids.contains(status.uid)
    }
  }
}
