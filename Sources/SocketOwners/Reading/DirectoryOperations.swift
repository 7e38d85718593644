/// What is asked of the kernel about proc and the cgroup hierarchy: few operations, so that a test can let any of them
/// fail at any moment.
///
/// Paths are relative to a directory descriptor. Failure is a negative errno.
package protocol DirectoryOperations: Sendable {
  /// Opens a directory and returns a descriptor, to be closed by the caller.
  func openDirectory(_ path: ProcPath, in directory: Int32) -> Int32
  /// Closes what was opened.
  func close(_ directory: Int32)
  /// Fills the buffer with the next entries, as `getdents64` gives them; returns how many bytes, 0 at the end.
  func entries(of directory: Int32, into buffer: inout [UInt8]) -> Int
  /// Fills the buffer with the target of a symbolic link; returns how many bytes.
  func link(_ path: ProcPath, in directory: Int32, into buffer: inout [UInt8]) -> Int
  /// Reads a file from its start to its end, or to a limit, and returns 0.
  func contents(_ path: ProcPath, in directory: Int32, limit: Int, into bytes: inout [UInt8]) -> Int32
  /// Asks for the status of a path without following a link at its end; returns 0.
  func status(_ path: ProcPath, in directory: Int32, into status: inout FileStatus) -> Int32
  /// Whether two threads share one descriptor table: 0 if so, greater if not.
  func compareTables(_ first: Int32, _ second: Int32) -> Int32
  /// Whether a directory is of a mounted proc.
  func isProc(_ directory: Int32) -> Bool
}

/// What is read of a file's status.
package struct FileStatus: Sendable, Hashable {
  /// The inode number.
  package var inode: UInt64 = 0
  /// The change of the inode, in nanoseconds; in proc, when the kernel made the inode.
  package var changed: Int64 = 0
  /// The size. Of `/proc/PID/fd` the number of descriptors, since Linux 6.2 (`proc_fd_getattr`, fs/proc/fd.c).
  package var size: Int = 0
  /// The number of links. Of `/proc/PID/task` two more than there are threads (`proc_task_getattr`, fs/proc/base.c).
  package var links: Int = 0
  /// The owner.
  package var uid: UInt32 = 0
  /// The device number, as `stat` gives it.
  package var device: UInt64 = 0

  /// Creates an empty status.
  package init() {}

  /// Tells an inode of proc from the one that a later process of the same id has there.
  var identity: FileIdentity { FileIdentity(inode: inode, changed: changed) }
}

/// An inode of proc. The kernel numbers them as it makes them and keeps one as long as its process lives, unless memory
/// is short: so the same identity is the same process, and another identity means that one has to look.
package struct FileIdentity: Sendable, Hashable {
  var inode: UInt64
  var changed: Int64
}
