/// A socket to find the holders of: its inode number, and hints about where to look first.
///
/// A wrong hint costs time, but no holder is missed. A socket may pass to any process, so neither the cgroup that made
/// it nor the user who owns it shows which process holds it now.
public struct WantedSocket: Sendable, Hashable, Codable {
  /// The inode number of the socket, `inode` in the replies of sock_diag. A socket with 0 has no process any more: it
  /// is in `TIME_WAIT` or `SYN_RECV`, or an orphan.
  public var inode: UInt32
  /// The cgroup (version 2) in which the socket was made: the inode number of its directory, `INET_DIAG_CGROUP_ID`.
  public var cgroupID: UInt64?
  /// The user who owns the socket.
  public var uid: UInt32?

  /// Creates a wanted socket.
  public init(inode: UInt32, cgroupID: UInt64? = nil, uid: UInt32? = nil) {
    self.inode = inode
    self.cgroupID = cgroupID
    self.uid = uid
  }
}
