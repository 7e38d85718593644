internal import CBindDiagnosis
internal import Glibc
internal import SocketOwners

extension Privileges {
  /// Reads the current privileges of the calling thread.
  ///
  /// - Throws: ``BindFactError`` with `Code.system` if the kernel does not report them.
  ///
  /// Kernel: `capget(2)`.
  public static func ofCallingThread() throws(BindFactError) -> Privileges {
    let answer = cbinddiagnosis_capabilities()
    guard answer.error == 0 else {
      throw BindFactError(.system, operation: "read the capabilities", errno: answer.error)
    }
    return Privileges(
      effectiveCapabilities: answer.effective, countInNetwork: counts("/proc/thread-self/ns"),
      boundingSet: answer.bounding, hasNoNewPrivileges: answer.no_new_privileges)
  }

  /// Reads the current privileges of a process: those of its first thread.
  ///
  /// Every user may read the capabilities of a process that proc shows. ``countInNetwork`` needs the permission to read
  /// its memory (`PTRACE_MODE_READ_FSCREDS`), and is `nil` without it.
  ///
  /// - Parameters:
  ///   - pid: The process, as numbered in the given proc.
  ///   - procRoot: Where proc is mounted.
  /// - Throws: ``BindFactError``: `Code.processGone`, also if proc hides the process; `.permissionDenied`;
  ///   `.unsupported` if the text of the kernel has an unknown format; `.system`.
  ///
  /// Kernel: `/proc/PID/status`, fs/proc/array.c.
  public static func of(process pid: Int32, procRoot: String = "/proc") throws(BindFactError) -> Privileges {
    let directory = "\(procRoot)/\(pid)"
    let operation = "read the capabilities of process \(pid)"
    var text: [UInt8] = []
    let error = -KernelDirectories().contents(
      ProcPath(directory + "/status"), in: AT_FDCWD, limit: 1 << 16, into: &text)
    switch error {
    case 0: break
    case ENOENT, ESRCH: throw BindFactError(.processGone, operation: operation, errno: error)
    case EPERM, EACCES: throw BindFactError(.permissionDenied, operation: operation, errno: error)
    default: throw BindFactError(.system, operation: operation, errno: error)
    }
    guard let privileges = Privileges(status: text, countInNetwork: counts(directory + "/ns")) else {
      throw BindFactError(.unsupported, operation: operation)
    }
    return privileges
  }

  private static func counts(_ namespaces: String) -> Bool? {
    // SAFETY: the call reads the two NUL-terminated paths and keeps neither.
    let answer = unsafe cbinddiagnosis_counts_in(namespaces + "/user", namespaces + "/net")
    return answer < 0 ? nil : answer == 1
  }
}
