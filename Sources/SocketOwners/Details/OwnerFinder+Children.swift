extension OwnerFinder {
  /// The living children of the first thread of a process, in no order.
  ///
  /// This reads one file. Almost all programs that start and watch others do so from their first thread.
  ///
  /// - Returns: The process ids. The list is empty if there are none, if the process has ended, or if the kernel lacks
  ///   the file.
  ///
  /// Kernel: `/proc/PID/task/TID/children`, `CONFIG_PROC_CHILDREN`.
  public func children(ofProcess pid: Int32) -> [Int32] {
    let directory = proc.openDirectory(ProcPath(UInt32(bitPattern: pid)))
    guard directory >= 0 else { return [] }
    defer { proc.files.close(directory) }
    var text: [UInt8] = []
    guard proc.files.contents(ProcPath("task/\(pid)/children"), in: directory, limit: 1 << 16, into: &text) == 0 else {
      return []
    }
    return text.split(whereSeparator: { $0 == 0x20 || $0 == 0x0a }).compactMap {
      Int32(String(decoding: $0, as: UTF8.self))
    }
  }
}
