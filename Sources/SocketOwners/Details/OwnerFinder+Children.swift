extension OwnerFinder {
  /// The processes that the first thread of a process started and that are still there, in no order.
  ///
  /// One file. Programs that start others and watch them do so from their first thread, with few exceptions.
  ///
  /// - Returns: Empty if there are none, if the process is gone, or where the kernel does not tell.
  ///
  /// Kernel: `/proc/PID/task/TID/children`, `CONFIG_PROC_CHILDREN`.
  public func children(ofProcess pid: Int32) -> [Int32] {
    let directory = files.openDirectory(ProcPath(UInt32(bitPattern: pid)), in: proc)
    guard directory >= 0 else { return [] }
    defer { files.close(directory) }
    var text: [UInt8] = []
    guard files.contents(ProcPath("task/\(pid)/children"), in: directory, limit: 1 << 16, into: &text) == 0 else {
      return []
    }
    return text.split(whereSeparator: { $0 == 0x20 || $0 == 0x0a }).compactMap {
      Int32(String(decoding: $0, as: UTF8.self))
    }
  }
}
