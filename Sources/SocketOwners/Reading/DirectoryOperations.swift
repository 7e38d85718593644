/// The operations of the kernel on proc and the cgroup hierarchy. There are few, so that a test can make each of them
/// fail.
///
/// Paths are relative to a directory descriptor. A failure returns a negative errno.
package protocol DirectoryOperations: Sendable {
  /// Opens a directory and returns a descriptor, which the caller closes.
  func openDirectory(_ path: ProcPath, in directory: Int32) -> Int32
  /// Closes a directory.
  func close(_ directory: Int32)
  /// Fills the buffer with the next entries, as `getdents64` returns them. Returns the number of bytes; 0 at the end.
  func entries(of directory: Int32, into buffer: inout [UInt8]) -> Int
  /// Fills the buffer with the target of a symbolic link. Returns the number of bytes.
  func link(_ path: ProcPath, in directory: Int32, into buffer: inout [UInt8]) -> Int
  /// Reads a file from its start to its end or to a limit. Returns 0.
  func contents(_ path: ProcPath, in directory: Int32, limit: Int, into bytes: inout [UInt8]) -> Int32
  /// Reads the status of a path, without following a link at its end. Returns 0.
  func status(_ path: ProcPath, in directory: Int32, into status: inout FileStatus) -> Int32
  /// Compares the descriptor tables of two threads. Returns 0 if it is the same table, and a positive number if not.
  func compareTables(_ first: Int32, _ second: Int32) -> Int32
  /// Whether a directory belongs to a mounted proc.
  func isProc(_ directory: Int32) -> Bool
}

/// The status of a file, as far as searches need it.
package struct FileStatus: Sendable, Hashable {
  /// The inode number.
  package var inode: UInt64 = 0
  /// The last change of the inode, in nanoseconds. In proc it is the time at which the kernel made the inode.
  package var changed: Int64 = 0
  /// The size. For `/proc/PID/fd` it is the number of descriptors, since Linux 6.2 (`proc_fd_getattr`, fs/proc/fd.c).
  package var size: Int = 0
  /// The number of links. For `/proc/PID/task` it is the number of threads plus two (`proc_task_getattr`,
  /// fs/proc/base.c).
  package var links: Int = 0
  /// The owner.
  package var uid: UInt32 = 0
  /// The device number, in the encoding of `stat`.
  package var device: UInt64 = 0

  /// Creates an empty status.
  package init() {}

  /// Distinguishes an inode of proc from that of a later process with the same id.
  var identity: FileIdentity { FileIdentity(inode: inode, changed: changed) }
}

/// The identity of an inode of proc.
///
/// The kernel numbers inodes as it makes them. It keeps an inode as long as the process lives, unless memory is short.
/// So the same identity means the same process, and another identity may mean another process.
package struct FileIdentity: Sendable, Hashable {
  var inode: UInt64
  var changed: Int64
}
