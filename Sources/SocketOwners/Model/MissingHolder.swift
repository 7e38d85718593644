/// A socket for which no holder was found, and what may be the reason.
public struct MissingHolder: Sendable, Hashable, Codable {
  /// The inode number of the socket.
  public var inode: UInt32
  /// The reasons that could not be excluded. More than one means that it is not known which of them it is.
  public var possibleReasons: Reasons

  /// Why a socket has no holder that was found.
  public struct Reasons: OptionSet, Sendable, Hashable, Codable {
    /// A bit for each reason.
    public let rawValue: UInt16

    /// Creates a set from its bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The socket has no inode, and so no process: `TIME_WAIT`, a request in `SYN_RECV`, an orphan. This is certain.
    public static let noProcess = Reasons(rawValue: 1 << 0)
    /// A process whose descriptors may not be read without privilege:
    /// ``SearchObstacles/unreadableProcesses`` counts them.
    public static let unreadableProcess = Reasons(rawValue: 1 << 1)
    /// A process that proc does not show to this user (mounted with `hidepid`).
    public static let hiddenProcess = Reasons(rawValue: 1 << 2)
    /// A process outside of the pid namespace of the proc that was read.
    public static let anotherPIDNamespace = Reasons(rawValue: 1 << 3)
    /// The descriptor was sent through a unix socket and not yet received:
    /// ``SearchObstacles/descriptorsInFlight`` names the receivers, where they were looked for.
    public static let inFlight = Reasons(rawValue: 1 << 4)
    /// An io_uring whose fixed files could not be read.
    public static let fixedFile = Reasons(rawValue: 1 << 5)
    /// The kernel itself: a socket of its own, or one whose descriptors were all closed while a driver, an io_uring
    /// without descriptor or a call that still waits keeps it open.
    public static let kernel = Reasons(rawValue: 1 << 6)
    /// The socket was closed, or passed on, between the moment at which it was listed and the end of the search. Only
    /// asking for the socket again excludes this.
    public static let closedMeanwhile = Reasons(rawValue: 1 << 7)
    /// A thread with a descriptor table of its own that could not be told from the others, or could not be read.
    public static let unreadableThread = Reasons(rawValue: 1 << 8)
    /// The search did not read everything: it believed an earlier one, and a process may have exchanged a descriptor
    /// without any sign.
    public static let notSearchedAnew = Reasons(rawValue: 1 << 9)
  }

  /// Creates a socket without holder.
  public init(inode: UInt32, possibleReasons: Reasons) {
    self.inode = inode
    self.possibleReasons = possibleReasons
  }
}
