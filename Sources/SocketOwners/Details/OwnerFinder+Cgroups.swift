extension OwnerFinder {
  /// Where a cgroup (version 2) is, such as that in which a socket was made. systemd makes the sockets that it listens on
  /// in the cgroup of their unit, so that this names the unit.
  ///
  /// Lists the whole hierarchy where the cgroup was not seen in an earlier search.
  ///
  /// - Parameter id: The inode number of its directory, `INET_DIAG_CGROUP_ID` (linux/inet_diag.h, since 5.8).
  /// - Returns: `nil` if it is not there any more, or not below the hierarchy that is mounted here.
  public mutating func cgroup(_ id: UInt64) -> CgroupPath? {
    var work = SearchWork()
    return cgroups.path(of: id, files, proc, &work)
  }
}
