internal import CSocketLaboratory
internal import CSocketLaboratoryKit
public import SocketLaboratory

/// A cgroup of the version 2 hierarchy that is removed with its last reference.
///
/// A socket stays in the cgroup of the process that created it. To leave this process where it is, a short-lived child
/// enters the cgroup, creates the socket and passes it on.
public final class TemporaryCgroup {
  /// The name below the root of the hierarchy.
  public let name: String
  /// The directory.
  public let path: String
  /// The id of the cgroup in sock_diag: the inode number of its directory.
  public let id: UInt64

  /// Makes a cgroup below the root of the hierarchy. Its name is `name`, a unique part and `suffix`, which may be that
  /// of a unit.
  public init(named name: String, suffix: String = "") throws {
    guard let root = Self.root else { throw LaboratoryError(.unsupported, "find a version 2 cgroup hierarchy") }
    let unique = "\(name)-\(socklab_thread_id())-\(UInt32.random(in: 0...UInt32.max))\(suffix)"
    let path = "\(root)/\(unique)"
    // SAFETY: the call reads the NUL-terminated path and keeps nothing.
    let made = unsafe socklab_make_directory(path)
    guard made == 0 else { throw LaboratoryError(.unsupported, "make cgroup \(path)", errno: -made) }
    self.name = unique
    self.path = path
    // SAFETY: the call reads the NUL-terminated path and keeps nothing.
    id = unsafe socklab_inode(path)
  }

  deinit {
    // SAFETY: the call reads the NUL-terminated path and keeps nothing.
    _ = unsafe socklab_remove_directory(path)
  }

  /// Moves a process that holds a socket into this cgroup.
  public func add(_ holder: LabHolder) throws { try add(holder.pid) }

  /// Moves a process into this cgroup.
  public func add(_ process: Int32) throws { try FileSystem.write("\(process)", to: "\(path)/cgroup.procs") }

  /// Whether this user may make cgroups.
  public static var isPermitted: Bool { (try? TemporaryCgroup(named: "socket-laboratory-probe")) != nil }

  /// Creates a socket that belongs to this cgroup.
  public func socket(_ kind: LabProtocol, v6: Bool) throws -> LabSocket {
    // SAFETY: the call reads the NUL-terminated path and keeps nothing.
    let descriptor = unsafe socklab_socket_in_cgroup("\(path)/cgroup.procs", kind.forKernel, v6)
    return LabSocket(owning: try check(descriptor, "create a socket in cgroup \(path)"))
  }

  /// Where cgroup2 is mounted: `/sys/fs/cgroup`, or a directory below it if version 1 is in use as well.
  private static var root: String? {
    guard let mounts = try? FileSystem.read("/proc/self/mounts") else { return nil }
    for line in mounts.split(separator: UInt8(ascii: "\n")) {
      let fields = line.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
      if fields.count > 2, fields[2] == "cgroup2" { return fields[1] }
    }
    return nil
  }
}
