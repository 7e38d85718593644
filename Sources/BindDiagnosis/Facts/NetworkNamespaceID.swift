internal import Glibc

/// The number that names a network namespace: the inode of its file.
enum NetworkNamespaceID {
  /// That of the calling thread; `nil` without /proc.
  static var ofCallingThread: UInt64? {
    var status = stat()
    // SAFETY: the path is copied, and the call fills the structure.
    return unsafe stat("/proc/thread-self/ns/net", &status) == 0 ? UInt64(status.st_ino) : nil
  }
}
