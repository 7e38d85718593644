/// What kept a search from seeing everything. Only a search that left a socket without holder looks for all of these.
public struct SearchObstacles: Sendable, Hashable, Codable {
  /// Processes with descriptors that may not be read by this user.
  public var unreadableProcesses = 0
  /// Threads that may have a descriptor table of their own, which could not be found out or read.
  public var unreadableThreads = 0
  /// io_urings whose fixed files could not be read: of a ring that is busy the kernel prints nothing.
  public var unreadableRings = 0
  /// Processes that ended, or started another program, while they were looked at.
  public var vanishedProcesses = 0
  /// Whether proc hides the processes of other users from this one.
  public var hidesProcesses = false
  /// Whether there may be processes that are in no pid namespace below that of the proc that was read.
  public var mayLackProcesses = false
  /// Whether no process was found at all: what was read is no proc, or one that shows nothing.
  public var listsNoProcess = false
  /// Unix sockets in whose receive queues descriptors wait; `nil` where they were not looked for.
  public var descriptorsInFlight: [DescriptorsInFlight]?

  /// Descriptors that were sent to a process and wait there.
  public struct DescriptorsInFlight: Sendable, Hashable, Codable {
    /// The process that will receive them.
    public var pid: Int32
    /// Its unix socket.
    public var descriptor: UInt32
    /// How many wait. What they lead to cannot be read.
    public var count: UInt32

    /// Creates an entry.
    public init(pid: Int32, descriptor: UInt32, count: UInt32) {
      self.pid = pid
      self.descriptor = descriptor
      self.count = count
    }
  }

  /// Creates no obstacles.
  public init() {}
}

/// What a search did, to tell what it costs.
public struct SearchWork: Sendable, Hashable, Codable {
  /// Directories opened, those of the cgroup hierarchy included.
  public var directoriesOpened = 0
  /// Descriptor tables opened: processes, and threads with a table of their own.
  public var tablesOpened = 0
  /// Links read, and attempts at numbers that no descriptor had.
  public var linksRead = 0
  /// Files read: status, information about descriptors, members of cgroups.
  public var filesRead = 0
  /// Processes asked for their number of descriptors.
  public var processesExamined = 0

  /// Creates no work.
  public init() {}

  static func += (sum: inout SearchWork, part: SearchWork) {
    sum.directoriesOpened += part.directoriesOpened
    sum.tablesOpened += part.tablesOpened
    sum.linksRead += part.linksRead
    sum.filesRead += part.filesRead
    sum.processesExamined += part.processesExamined
  }
}
