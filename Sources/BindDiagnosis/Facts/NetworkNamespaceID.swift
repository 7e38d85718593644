internal import Glibc
package import SockDiag

/// The number of a network namespace: the inode of its file.
package enum NetworkNamespaceID {
  /// The number of the calling thread's namespace; `nil` without /proc.
  package static var ofCallingThread: UInt64? { inode("/proc/thread-self/ns/net") }

  /// The number of a process's namespace; `nil` if it may not be seen.
  package static func of(process pid: Int32) -> UInt64? { inode("/proc/\(pid)/ns/net") }

  /// The number of the namespace at a path; `nil` if there is none, or it may not be seen.
  package static func of(_ path: NetworkNamespacePath) -> UInt64? { inode(path.path) }

  private static func inode(_ path: String) -> UInt64? {
    var status = stat()
    // SAFETY: the path is copied, and the call fills the structure.
    return unsafe stat(path, &status) == 0 ? UInt64(status.st_ino) : nil
  }
}
