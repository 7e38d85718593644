internal import Glibc

/// The facts that a proc tells. They are asked for once.
struct ProcTraits: Sendable {
  /// Whether the size of a directory of descriptors is their number: since Linux 6.2.
  let countsDescriptors: Bool
  /// Whether system calls of this process use the same process ids. They do not if this is the proc of another pid
  /// namespace, or a copy.
  let hasOurNumbers: Bool
  /// Whether this is a mounted proc and not a copy.
  let isProc: Bool

  init(_ files: any DirectoryOperations, _ proc: Int32) {
    isProc = files.isProc(proc)
    var status = FileStatus()
    // This process has at least the descriptor of proc, so a kernel that counts does not answer 0.
    let isKnown = isProc && files.status(ProcPath("self/fd"), in: proc, into: &status) == 0
    countsDescriptors = isKnown && status.size > 0
    var target = [UInt8](repeating: 0, count: 16)
    let count = files.link(ProcPath("self"), in: proc, into: &target)
    hasOurNumbers = isProc && count > 0 && count < 16 && target.prefix(count).elementsEqual(String(getpid()).utf8)
  }
}
