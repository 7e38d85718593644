/// A socket whose holders are looked for, by its inode number and by hints about where to look first.
///
/// A hint that is wrong costs time and no holder: sockets are handed on, so that neither the cgroup that made one nor
/// the user who owns it says who has it now.
public struct WantedSocket: Sendable, Hashable, Codable {
  /// The inode number of the socket, `inode` in the replies of sock_diag. 0 stands for a socket that no process can
  /// hold any more: `TIME_WAIT`, a request in `SYN_RECV`, an orphan.
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
