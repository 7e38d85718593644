/// A holder that was not found: the socket, and the possible reasons.
public struct MissingHolder: Sendable, Hashable, Codable {
  /// The inode number of the socket.
  public var inode: UInt32
  /// The reasons that could not be excluded. If there are several, any of them may be the true one.
  public var possibleReasons: Reasons

  /// A set of reasons why no holder of a socket was found.
  public struct Reasons: OptionSet, Sendable, Hashable, Codable {
    /// A bit for each reason.
    public let rawValue: UInt16

    /// Creates a set from its bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The socket has no inode and so no process: it is in `TIME_WAIT` or `SYN_RECV`, or an orphan. This is certain.
    public static let noProcess = Reasons(rawValue: 1 << 0)
    /// This user may not read the descriptors of some processes: ``SearchObstacles/unreadableProcesses`` counts them.
    public static let unreadableProcess = Reasons(rawValue: 1 << 1)
    /// proc hides processes from this user (it is mounted with `hidepid`).
    public static let hiddenProcess = Reasons(rawValue: 1 << 2)
    /// The process may be outside of the pid namespace of the proc that was read.
    public static let anotherPIDNamespace = Reasons(rawValue: 1 << 3)
    /// The descriptor was sent through a unix socket and not received yet: ``SearchObstacles/descriptorsInFlight``
    /// names the receivers, if the search looked for them.
    public static let inFlight = Reasons(rawValue: 1 << 4)
    /// The fixed files of an io_uring could not be read.
    public static let fixedFile = Reasons(rawValue: 1 << 5)
    /// The kernel itself holds the socket. It has sockets of its own. It also keeps a socket without descriptors open
    /// for a driver, an io_uring, or a system call that still waits.
    public static let kernel = Reasons(rawValue: 1 << 6)
    /// The socket was closed, or passed to another process, after it was listed. Only a second look at the socket
    /// excludes this.
    public static let closedMeanwhile = Reasons(rawValue: 1 << 7)
    /// A thread may have a descriptor table of its own that could not be compared with the others, or not be read.
    public static let unreadableThread = Reasons(rawValue: 1 << 8)
    /// The search relied on an earlier one, so a process may have exchanged a descriptor without a sign.
    public static let notSearchedAnew = Reasons(rawValue: 1 << 9)
  }

  /// Creates a missing holder of a socket.
  public init(inode: UInt32, possibleReasons: Reasons) {
    self.inode = inode
    self.possibleReasons = possibleReasons
  }
}

extension MissingHolder.Reasons {
  /// Whether certainly no process can use the socket: only the kernel has it, or its descriptor is in flight.
  public var excludesProcesses: Bool { isSubset(of: [.noProcess, .kernel, .inFlight, .closedMeanwhile]) }

  /// Whether a user with more privileges may find the holder.
  public var takesPrivilege: Bool { !isDisjoint(with: [.unreadableProcess, .hiddenProcess, .unreadableThread]) }

  /// Short names of the reasons, such as `unreadable-process`, for programs and narrow table cells.
  public var names: [String] { Self.words.filter { contains($0.reason) }.map(\.name) }

  private static let words: [(reason: Self, name: String, clause: String)] = [
    (.noProcess, "no-process", "the kernel has it alone"),
    (.unreadableProcess, "unreadable-process", "processes of other users may not be read"),
    (.hiddenProcess, "hidden-process", "proc hides processes of other users"),
    (.anotherPIDNamespace, "another-pid-namespace", "its process may be outside of this PID namespace"),
    (.inFlight, "in-flight", "its descriptor may be on its way through a UNIX socket"),
    (.fixedFile, "io-uring-file", "an io_uring may hold it"),
    (.kernel, "kernel", "the kernel itself may hold it"),
    (.closedMeanwhile, "closed-meanwhile", "it may have been closed while it was looked for"),
    (.unreadableThread, "unreadable-thread", "a thread could not be read"),
    (.notSearchedAnew, "not-searched-anew", "a process may have received it since an earlier search"),
  ]
}

extension MissingHolder.Reasons: CustomStringConvertible {
  /// The reasons as a part of a sentence about the socket: "the kernel itself may hold it, or a thread could not be
  /// read".
  public var description: String {
    let clauses = Self.words.filter { contains($0.reason) }.map(\.clause)
    guard let last = clauses.last else { return "it has just ended" }
    return clauses.count == 1 ? last : clauses.dropLast().joined(separator: ", ") + ", or " + last
  }
}

extension MissingHolder: CustomStringConvertible {
  /// The socket and the reasons, as one sentence without a full stop.
  public var description: String { "no process was found that holds socket \(inode): \(possibleReasons)" }
}
