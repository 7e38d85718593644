/// A place that keeps a socket open.
public struct SocketHolder: Sendable, Hashable, Codable {
  /// The process.
  public var pid: Int32
  /// The number of the descriptor that leads to the socket, or to the io_uring that holds it.
  public var descriptor: UInt32
  /// The thread in whose table the descriptor stands; `nil` for the table of the process's first thread, which the
  /// others share unless they were made to leave it (`unshare(CLONE_FILES)`), or outlive it.
  public var threadID: Int32?
  /// The place of the socket among the fixed files of an io_uring; `nil` for a plain descriptor.
  public var fixedFileSlot: UInt32?
  /// Whether the descriptor was read in this search, rather than in an earlier one and believed since.
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

/// A process that holds a socket, told from any other that had or will have its id.
public struct HoldingProcess: Sendable, Hashable, Codable {
  /// The process id, in the pid namespace of the proc that was read.
  public var pid: Int32
  /// When it started: clock ticks (hundredths of a second) since the machine did (`/proc/PID/stat`, column 22).
  public var startTicks: UInt64

  /// Creates a process.
  public init(pid: Int32, startTicks: UInt64) {
    self.pid = pid
    self.startTicks = startTicks
  }
}
