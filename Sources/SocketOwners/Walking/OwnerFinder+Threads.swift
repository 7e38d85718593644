internal import Glibc

extension OwnerFinder {
  /// Finds the threads that have a descriptor table of their own.
  ///
  /// Such a thread left the table that it shared (`unshare(CLONE_FILES)`), or outlived the first thread, which takes
  /// its hold on the table with it. kcmp(2) tells for a third of a microsecond whether two threads share a table.
  func planThreads(of record: inout ProcessRecord, knowing old: ProcessRecord?, _ pass: inout SearchPass) {
    var status = FileStatus()
    let path = ProcPath(UInt32(bitPattern: record.pid), "/task")
    guard files.status(path, in: proc, into: &status) == 0 else { return }
    record.taskLinks = status.links
    // In a sample the links say nothing.
    if traits.isProc, status.links <= 3 { return }
    if let old, traits.isProc, old.taskLinks == status.links {
      record.threads = old.threads
      if sort(&record) { return }
    }
    record.threads = threads(path, besides: record.pid, &pass)
    _ = sort(&record)
  }

  /// Sorts threads by their tables. Returns false if one of them is gone.
  private func sort(_ record: inout ProcessRecord) -> Bool {
    record.separateThreads = []
    record.unknownThreads = []
    for thread in record.threads {
      var order = traits.hasOurNumbers ? files.compareTables(record.pid, thread) : -ENOSYS
      if order == -ESRCH { return false }
      if order > 0 {
        // Several threads may share the other table.
        for other in record.separateThreads where order > 0 { order = files.compareTables(other, thread) }
        if order > 0 { record.separateThreads.append(thread) }
      }
      if order < 0 { record.unknownThreads.append(thread) }
    }
    return true
  }

  private func threads(_ path: ProcPath, besides pid: Int32, _ pass: inout SearchPass) -> [Int32] {
    let directory = files.openDirectory(path, in: proc)
    guard directory >= 0 else { return [] }
    defer { files.close(directory) }
    pass.work.directoriesOpened += 1
    return (try? numbers(in: directory).get())?.filter { $0 != pid } ?? []
  }

  /// The positive numbers among the names of a directory, ascending.
  func numbers(in directory: Int32) -> Result<[Int32], TableReader.Fault> {
    var buffer = [UInt8](repeating: 0, count: 1 << 15)
    var numbers: [Int32] = []
    while true {
      let count = files.entries(of: directory, into: &buffer)
      guard count >= 0 else { return .failure(TableReader.Fault(errno: Int32(truncatingIfNeeded: -count))) }
      if count == 0 { break }
      let bytes = buffer.span.extracting(0..<min(count, buffer.count))
      DirectoryEntries.forEach(bytes) { entry in
        guard let number = DecimalText.value(bytes, entry.name).flatMap(Int32.init(exactly:)), number > 0 else {
          return
        }
        numbers.append(number)
      }
    }
    numbers.sort()
    return .success(numbers)
  }
}
