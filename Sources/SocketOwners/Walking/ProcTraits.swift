internal import Glibc

/// What this proc can tell, found out once.
struct ProcTraits: Sendable {
  /// Whether a directory of descriptors has their number as its size: since Linux 6.2.
  let countsDescriptors: Bool
  /// Whether process ids mean the same here as in system calls of this process: not so for the proc of another pid
  /// namespace, nor for a sample.
  let hasOurNumbers: Bool
  /// Whether this is a mounted proc.
  let isProc: Bool

  init(_ files: any DirectoryOperations, _ proc: Int32) {
    isProc = files.isProc(proc)
    var status = FileStatus()
    // This process has at least the descriptor of proc.
    let isKnown = isProc && files.status(ProcPath("self/fd"), in: proc, into: &status) == 0
    countsDescriptors = isKnown && status.size > 0
    var target = [UInt8](repeating: 0, count: 16)
    let count = files.link(ProcPath("self"), in: proc, into: &target)
    hasOurNumbers = isProc && count > 0 && count < 16 && target.prefix(count).elementsEqual(String(getpid()).utf8)
  }
}
