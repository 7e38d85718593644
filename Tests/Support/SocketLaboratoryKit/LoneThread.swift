internal import CSocketLaboratory
internal import CSocketLaboratoryKit
internal import SocketLaboratory

/// Runs work on a new thread with changed privileges. The thread ends with the work, so no other task runs on it.
public enum LoneThread {
  /// A change of the thread before the work begins.
  public enum Change: Sendable {
    /// The thread has no privileges and the user nobody.
    case unprivileged
    /// The thread has the user nobody and one capability, by the kernel's number, as a program with file capabilities
    /// has.
    case unprivilegedBut(capability: Int32)
    /// The thread gets a new mount of proc with options, such as `hidepid=invisible`, then the user nobody.
    case unprivilegedWithProc(String)
    /// A system call fails with an errno, in the thread and in all that it starts.
    case refusing(Call, Int32)
  }

  /// A system call that can be made to fail.
  public enum Call: CaseIterable, Sendable {
    /// Opening a file.
    case open
    /// Asking which file system an open file is of.
    case identify
    /// Entering a namespace.
    case enter
    /// Making a socket.
    case socket
    /// Giving a netlink socket its address, by bind or connect.
    case address
    /// Starting a thread.
    case start

    fileprivate var forKernel: socklab_call {
      switch self {
      case .open: SOCKLAB_CALL_OPEN
      case .identify: SOCKLAB_CALL_IDENTIFY
      case .enter: SOCKLAB_CALL_ENTER
      case .socket: SOCKLAB_CALL_SOCKET
      case .address: SOCKLAB_CALL_ADDRESS
      case .start: SOCKLAB_CALL_START
      }
    }
  }

  /// Runs `body` on a new thread, with the task-local values of the caller. The calling thread waits.
  ///
  /// - Throws: ``LaboratoryError``, and what `body` throws.
  public static func run<Value: Sendable>(
    _ change: Change, _ body: @escaping @Sendable () throws -> Value
  ) throws -> Value {
    try OwnThread.run {
      if case .refusing(let call, let errno) = change {
        try check(socklab_refuse(call.forKernel, errno), "refuse a system call")
        return try body()
      }
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
