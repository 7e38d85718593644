extension OwnerFinder {
  /// The path of a cgroup (version 2), for example the one in which a socket was made.
  ///
  /// systemd makes the sockets that it listens on in the cgroup of their unit, so the path names the unit. An unknown
  /// id costs a listing of the whole hierarchy.
  ///
  /// - Parameter id: The inode number of its directory, `INET_DIAG_CGROUP_ID` (linux/inet_diag.h, since 5.8).
  /// - Returns: `nil` if the cgroup was removed, or is outside of the hierarchy that is mounted here.
  public mutating func cgroup(_ id: UInt64) -> CgroupPath? {
    var work = SearchWork()
    return memory.cgroups.path(of: id, proc, &work).map { CgroupPath($0) }
  }
}
