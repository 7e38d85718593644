internal import Glibc
package import SockDiag

/// The number that names a network namespace: the inode of its file.
package enum NetworkNamespaceID {
  /// That of the calling thread; `nil` without /proc.
  package static var ofCallingThread: UInt64? { inode("/proc/thread-self/ns/net") }

  /// That of a process; `nil` if it may not be seen.
  package static func of(process pid: Int32) -> UInt64? { inode("/proc/\(pid)/ns/net") }

  /// That to which a path leads; `nil` if there is nothing, or it may not be seen.
  package static func of(_ path: NetworkNamespacePath) -> UInt64? { inode(path.path) }

  private static func inode(_ path: String) -> UInt64? {
    var status = stat()
    // SAFETY: the path is copied, and the call fills the structure.
    return unsafe stat(path, &status) == 0 ? UInt64(status.st_ino) : nil
  }
}
