internal import CSocketOwners
internal import Glibc

/// The operations of the running kernel.
package struct KernelDirectories: DirectoryOperations {
  /// Creates the operations, which have no state.
  package init() {}

  package func openDirectory(_ path: ProcPath, in directory: Int32) -> Int32 {
    // SAFETY: the path ends with a zero; the call keeps no pointer.
    unsafe csocketowners_open(directory, path.bytes, 1)
  }

  package func close(_ directory: Int32) { _ = Glibc.close(directory) }

  package func entries(of directory: Int32, into buffer: inout [UInt8]) -> Int {
    let capacity = buffer.count
    // SAFETY: the kernel writes at most as many bytes as the buffer has.
    return unsafe csocketowners_entries(directory, &buffer, capacity)
  }

  package func link(_ path: ProcPath, in directory: Int32, into buffer: inout [UInt8]) -> Int {
    let capacity = buffer.count
    // SAFETY: the path ends with a zero, and the kernel writes at most as many bytes as the buffer has.
    return unsafe csocketowners_link(directory, path.bytes, &buffer, capacity)
  }

  package func contents(_ path: ProcPath, in directory: Int32, limit: Int, into bytes: inout [UInt8]) -> Int32 {
    bytes.removeAll(keepingCapacity: true)
    // SAFETY: the path ends with a zero; the call keeps no pointer.
    let file = unsafe csocketowners_open(directory, path.bytes, 0)
    if file < 0 { return file }
    defer { _ = Glibc.close(file) }
    while bytes.count < limit {
      let space = min(limit - bytes.count, 4096)
      // SAFETY: the kernel writes at most the bytes of the piece, and only written bytes are read.
      let (count, error) = unsafe withUnsafeTemporaryAllocation(byteCount: space, alignment: 1) { piece in
        let count = unsafe Glibc.read(file, piece.baseAddress, piece.count)
        let error = errno
        if count > 0 { unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: piece.prefix(count))) }
        return (count, error)
      }
      if count == 0 { break }
      if count < 0, error != EINTR { return -error }
    }
    return 0
  }

  package func status(_ path: ProcPath, in directory: Int32, into status: inout FileStatus) -> Int32 {
    var raw = csocketowners_status()
    // SAFETY: the path ends with a zero, and the call writes one structure.
    let error = unsafe csocketowners_status(directory, path.bytes, &raw)
    if error < 0 { return error }
    status.inode = raw.inode
    status.device = raw.device
    status.size = Int(raw.size)
    status.links = Int(truncatingIfNeeded: raw.links)
    status.changed = raw.changed_seconds &* 1_000_000_000 &+ raw.changed_nanoseconds
    status.uid = raw.uid
    return 0
  }

  package func compareTables(_ first: Int32, _ second: Int32) -> Int32 {
    csocketowners_compare_tables(first, second)
  }

  package func isProc(_ directory: Int32) -> Bool { csocketowners_is_proc(directory) == 1 }
}
