internal import CSocketLaboratory
internal import CSocketLaboratoryKit
public import SocketLaboratory

/// A process that holds a socket in a certain way. It ends by ``letGo()`` or with its last reference.
public final class LabHolder {
  /// A way to hold a socket.
  public enum Holding: CaseIterable, Sendable {
    /// A copy of the descriptor, with the same number.
    case inherited
    /// A descriptor that was received through a unix socket.
    case passed
    /// A descriptor that waits in the queue of the process's unix socket.
    case inFlight
    /// A fixed file of an io_uring.
    case fixedFile
    /// A descriptor in the separate table of a thread.
    case thread
    /// A descriptor of a thread that outlived the first thread.
    case afterLeader
    /// A copy of the descriptor in the first process of a pid namespace with its own proc.
    case pidNamespace
    /// The process does not hold the socket.
    case nothing
  }

  /// The process.
  public let pid: Int32
  /// The descriptor that leads to the socket, or to the io_uring or unix socket that contains it.
  public let descriptor: UInt32
  /// The thread with a table of its own; 0 if there is none.
  public let thread: Int32
  /// The place among the fixed files.
  public let slot: UInt32
  private var holder: socklab_holder?

  /// Starts a process that holds a socket.
  public init(_ holding: Holding, _ socket: LabSocket) throws {
    let holder = socklab_hold(holding.forKernel, socket.descriptor)
    if holder.error != 0 { socklab_let_go(holder) }
    try check(holder.error, "hold a socket: \(holding)")
    (pid, descriptor) = (holder.process, UInt32(bitPattern: holder.descriptor))
    (thread, slot) = (holder.thread, UInt32(bitPattern: holder.slot))
    self.holder = holder
  }

  deinit { letGo() }

  /// Ends the process.
  public func letGo() {
    if let holder { socklab_let_go(holder) }
    holder = nil
  }
}

extension LabHolder.Holding {
  /// Whether this build can hold a socket in this way. Under the thread sanitizer a forked process cannot start
  /// threads.
  public var isPossible: Bool {
    switch self {
    case .thread, .afterLeader: !socklab_is_thread_sanitized()
    default: true
    }
  }

  fileprivate var forKernel: socklab_holding {
    switch self {
    case .inherited: SOCKLAB_HOLD_INHERITED
    case .passed: SOCKLAB_HOLD_PASSED
    case .inFlight: SOCKLAB_HOLD_IN_FLIGHT
    case .fixedFile: SOCKLAB_HOLD_FIXED_FILE
    case .thread: SOCKLAB_HOLD_THREAD
    case .afterLeader: SOCKLAB_HOLD_AFTER_LEADER
    case .pidNamespace: SOCKLAB_HOLD_PID_NAMESPACE
    case .nothing: SOCKLAB_HOLD_NOTHING
    }
  }
}

extension LabSocket {
  /// The inode number of the socket, as in its links in proc.
  public var inode: UInt32 {
    // SAFETY: the call reads the NUL-terminated path and keeps nothing.
    UInt32(truncatingIfNeeded: unsafe socklab_inode("/proc/self/fd/\(descriptor)"))
  }
}
