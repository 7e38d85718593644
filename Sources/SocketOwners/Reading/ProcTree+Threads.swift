internal import Glibc

/// The threads of a process, sorted by whether they share the descriptor table of the first one.
struct ProcessThreads: Sendable {
  /// The number of links of `/proc/PID/task` when the threads were listed.
  var taskLinks = 0
  /// All threads except the first.
  var others: [Int32] = []
  /// Threads with a separate table, one for each table.
  var separate: [Int32] = []
  /// Threads that could not be compared with the first one.
  var unknown: [Int32] = []
}

extension ProcTree {
  /// Finds the threads of a process that have a descriptor table of their own.
  ///
  /// A thread gets its own table by `unshare(CLONE_FILES)`. A thread that outlives the first one also counts as
  /// separate, because the first one no longer shows the table. kcmp(2) tells in a third of a microsecond whether two
  /// threads share a table.
  ///
  /// - Parameter known: The threads of the same process in an earlier search.
  func threads(of pid: Int32, knowing known: ProcessThreads?, _ work: inout SearchWork) -> ProcessThreads {
    var threads = ProcessThreads()
    var status = FileStatus()
    let path = ProcPath(UInt32(bitPattern: pid), "/task")
    guard self.status(path, into: &status) == 0 else { return threads }
    threads.taskLinks = status.links
    // A mounted proc gives the directory two links and one for each thread. A copy of a proc does not.
    if traits.isProc, status.links <= 3 { return threads }
    if let known, traits.isProc, known.taskLinks == status.links {
      threads.others = known.others
      if sort(&threads, of: pid) { return threads }
    }
    threads.others = list(path, besides: pid, &work)
    _ = sort(&threads, of: pid)
    return threads
  }

  /// Sorts threads by their tables. Returns false if a thread has ended.
  private func sort(_ threads: inout ProcessThreads, of pid: Int32) -> Bool {
    threads.separate = []
    threads.unknown = []
    for thread in threads.others {
      var order = traits.hasOurNumbers ? files.compareTables(pid, thread) : -ENOSYS
      if order == -ESRCH { return false }
      if order > 0 {
        // Several threads may share one separate table.
        for other in threads.separate where order > 0 { order = files.compareTables(other, thread) }
        if order > 0 { threads.separate.append(thread) }
      }
      if order < 0 { threads.unknown.append(thread) }
    }
    return true
  }

  private func list(_ path: ProcPath, besides pid: Int32, _ work: inout SearchWork) -> [Int32] {
    let opened = openDirectory(path)
    guard opened >= 0 else { return [] }
    defer { files.close(opened) }
    work.directoriesOpened += 1
    return (try? numbers(in: opened).get())?.filter { $0 != pid } ?? []
  }
}
