/// What a search could not see. Only a search that leaves a socket without a holder looks for all of these.
public struct SearchObstacles: Sendable, Hashable, Codable {
  /// The number of processes that this user may not read.
  public var unreadableProcesses = 0
  /// The number of threads that may have a descriptor table of their own, which could not be compared or read.
  public var unreadableThreads = 0
  /// The number of io_urings with unreadable fixed files. The kernel prints nothing while a ring is busy.
  public var unreadableRings = 0
  /// The number of processes that ended or executed another program during the search.
  public var vanishedProcesses = 0
  /// Whether proc hides the processes of other users from this process.
  public var hidesProcesses = false
  /// Whether there may be processes outside of the pid namespace of the proc that was read.
  public var mayLackProcesses = false
  /// Whether no process was listed: the directory is no proc, or it shows nothing.
  public var listsNoProcess = false
  /// Unix sockets with descriptors in their receive queues; `nil` if the search did not look for them.
  public var descriptorsInFlight: [DescriptorsInFlight]?

  /// Descriptors that were sent to a process and wait in the queue of its unix socket.
  public struct DescriptorsInFlight: Sendable, Hashable, Codable {
    /// The process that can receive them.
    public var pid: Int32
    /// The process's descriptor of the unix socket.
    public var descriptor: UInt32
    /// How many descriptors wait. The kernel does not say which files they lead to.
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

extension SearchObstacles: CustomStringConvertible {
  /// The obstacles, separated by semicolons: "2 processes may not be read; proc hides processes of other users".
  public var description: String {
    var clauses: [String] = []
    func count(_ count: Int, _ noun: String, _ plural: String, _ verb: String) {
      if count > 0 { clauses.append("\(count) \(count == 1 ? noun : plural) \(verb)") }
    }
    if listsNoProcess { clauses.append("proc lists no process") }
    count(unreadableProcesses, "process", "processes", "may not be read")
    count(unreadableThreads, "thread", "threads", "could not be read")
    count(unreadableRings, "io_uring", "io_urings", "could not be read")
    count(vanishedProcesses, "process", "processes", "ended during the search")
    if hidesProcesses { clauses.append("proc hides processes of other users") }
    if mayLackProcesses { clauses.append("processes outside of this PID namespace are not listed") }
    clauses += (descriptorsInFlight ?? []).map { $0.description }
    return clauses.isEmpty ? "no obstacles" : clauses.joined(separator: "; ")
  }
}

extension SearchObstacles.DescriptorsInFlight: CustomStringConvertible {
  /// The number and the receiver: "3 descriptors wait at descriptor 8 of process 12".
  public var description: String {
    "\(count) \(count == 1 ? "descriptor waits" : "descriptors wait") at descriptor \(descriptor) of process \(pid)"
  }
}
