/// A process that holds a socket, and the descriptor that keeps the socket open. A process with two descriptors of a
/// socket is two holders.
public struct SocketHolder: Sendable, Hashable, Codable {
  /// The process.
  public var pid: Int32
  /// The number of the descriptor that leads to the socket, or to the io_uring that holds the socket.
  public var descriptor: UInt32
  /// The thread whose table has the descriptor; `nil` for the table of the process's first thread. Other threads share
  /// that table unless they left it (`unshare(CLONE_FILES)`) or outlived the first thread.
  public var threadID: Int32?
  /// The index of the socket among the fixed files of an io_uring; `nil` for a plain descriptor.
  public var fixedFileSlot: UInt32?
  /// Whether the descriptor was read in this search. Otherwise an earlier search read it, and nothing shows a change.
  public var isVerified: Bool

  /// Creates a holder.
  public init(
    pid: Int32, descriptor: UInt32, threadID: Int32? = nil, fixedFileSlot: UInt32? = nil, isVerified: Bool = true
  ) {
    self.pid = pid
    self.descriptor = descriptor
    self.threadID = threadID
    self.fixedFileSlot = fixedFileSlot
    self.isVerified = isVerified
  }
}

extension SocketHolder: CustomStringConvertible {
  /// The process and the descriptor: "process 12 by descriptor 8".
  public var description: String {
    let thread = threadID.map { ", thread \($0)," } ?? ""
    let place = fixedFileSlot.map { "fixed file \($0) of io_uring \(descriptor)" } ?? "descriptor \(descriptor)"
    return "process \(pid)\(thread) by \(place)"
  }
}

/// A process that holds a socket. Its start distinguishes it from other processes that had or will have the same id.
public struct HoldingProcess: Sendable, Hashable, Codable {
  /// The process id, in the pid namespace of the proc that was read.
  public var pid: Int32
  /// When the process started, in clock ticks (hundredths of a second) since boot (`/proc/PID/stat`, column 22).
  public var startTicks: UInt64

  /// Creates a process.
  public init(pid: Int32, startTicks: UInt64) {
    self.pid = pid
    self.startTicks = startTicks
  }
}
