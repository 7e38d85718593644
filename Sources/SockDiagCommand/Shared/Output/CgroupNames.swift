internal import SocketOwners

/// The paths of the cgroups of this host by their ids. Each is looked up once.
///
/// A class, because rows and JSON objects of one output share it.
final class CgroupNames {
  /// `nil` if proc cannot be read.
  private var finder: OwnerFinder? = try? OwnerFinder()
  private var paths: [UInt64: CgroupPath?] = [:]

  /// The path of a cgroup; `nil` if the cgroup was removed, or is outside of the hierarchy that is mounted here.
  func path(of id: UInt64) -> CgroupPath? {
    if let known = paths[id] { return known }
    let path = finder?.cgroup(id)
    paths[id] = .some(path)
    return path
  }
}
