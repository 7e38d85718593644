internal import Glibc

/// The proc that a finder reads: its directory, and the facts that this kernel tells there.
struct ProcTree: Sendable {
  let files: any DirectoryOperations
  /// A descriptor of the directory. The finder closes it.
  let directory: Int32
  let traits: ProcTraits

  /// Opens proc.
  init(_ files: any DirectoryOperations, at path: String) throws(SocketOwnersError) {
    // The path is absolute, or relative to the current directory.
    let directory = files.openDirectory(ProcPath(path), in: AT_FDCWD)
    guard directory >= 0 else {
      // Any other error says nothing about proc itself: for example, no descriptor or no memory is left.
      let code: SocketOwnersError.Code = [ENOENT, ENOTDIR].contains(-directory) ? .missingProc : .unreadableProc
      throw SocketOwnersError(code, operation: "open \(path)", errno: -directory)
    }
    self.files = files
    self.directory = directory
    traits = ProcTraits(files, directory)
  }

  func openDirectory(_ path: ProcPath) -> Int32 { files.openDirectory(path, in: directory) }

  func status(_ path: ProcPath, into status: inout FileStatus) -> Int32 {
    files.status(path, in: directory, into: &status)
  }

  func contents(_ path: ProcPath, limit: Int, into bytes: inout [UInt8]) -> Int32 {
    files.contents(path, in: directory, limit: limit, into: &bytes)
  }

  func link(_ path: ProcPath, into buffer: inout [UInt8]) -> Int { files.link(path, in: directory, into: &buffer) }

  /// Lists all processes by ascending ids.
  func processes(_ work: inout SearchWork) throws(SocketOwnersError) -> [Int32] {
    let listed = openDirectory(ProcPath("."))
    guard listed >= 0 else {
      throw SocketOwnersError(.unreadableProc, operation: "open the directory of processes", errno: -listed)
    }
    defer { files.close(listed) }
    work.directoriesOpened += 1
    switch numbers(in: listed) {
    case .success(let pids): return pids
    case .failure(let fault):
      throw SocketOwnersError(.unreadableProc, operation: "list the processes", errno: fault.errno)
    }
  }

  /// Reads the status of a process. The result is `nil` if no process has the id.
  func stat(of pid: Int32) -> ProcessStat? {
    var text: [UInt8] = []
    guard contents(ProcPath(UInt32(bitPattern: pid), "/stat"), limit: 4096, into: &text) == 0 else { return nil }
    return ProcessStat(text.span)
  }

  /// Reads when a process started. The result is `nil` if no process has the id.
  func startTicks(of pid: Int32, _ work: inout SearchWork) -> UInt64? {
    work.filesRead += 1
    return stat(of: pid)?.startTicks
  }

  /// Lists the positive numbers among the names in an open directory, in ascending order.
  func numbers(in opened: Int32) -> Result<[Int32], ReadingFault> {
    var buffer = [UInt8](repeating: 0, count: 1 << 15)
    var numbers: [Int32] = []
    while true {
      let count = files.entries(of: opened, into: &buffer)
      guard count >= 0 else { return .failure(ReadingFault(errno: Int32(truncatingIfNeeded: -count))) }
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

/// The errno that ended the reading of a directory or a file.
struct ReadingFault: Error { let errno: Int32 }
