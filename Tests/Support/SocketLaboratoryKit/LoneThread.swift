internal import CSocketLaboratory
internal import CSocketLaboratoryKit
public import SocketLaboratory

/// A thread that may be changed in ways that no task should find itself in, and ends with its work.
public enum LoneThread {
  /// What is changed before the work begins.
  public enum Change: Sendable {
    /// It has no privilege and is nobody.
    case unprivileged
    /// It is nobody with one capability, by the kernel's number, as a program may have it by its file.
    case unprivilegedBut(capability: Int32)
    /// Proc is mounted for it anew with options, such as `hidepid=invisible`; then it is nobody.
    case unprivilegedWithProc(String)
  }

  /// Runs `body` on a thread of its own, with the task-local values of the caller; the calling thread waits.
  ///
  /// - Throws: ``LaboratoryError``, and what `body` throws.
  public static func run<Value: Sendable>(
    _ change: Change, _ body: @escaping @Sendable () throws -> Value
  ) throws -> Value {
    try OwnThread.run {
      if case .unprivilegedWithProc(let options) = change {
        // SAFETY: the call reads the NUL-terminated options and keeps nothing.
        try check(unsafe socklab_mount_own_proc(options), "mount proc with \(options)")
      }
      var capability: Int32 = -1
      if case .unprivilegedBut(let kept) = change { capability = kept }
      try check(socklab_become_nobody(capability), "become nobody")
      return try body()
    }
  }
}
