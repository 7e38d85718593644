internal import Glibc

/// The names in a folder of proc.
struct ProcFolder {
  private(set) var entries: [String] = []
  /// The errno if the folder cannot be read; 0 if it was.
  private(set) var fault: Int32 = 0

  init(_ path: String) {
    // SAFETY: the call copies the path, and the folder is closed below.
    guard let folder = unsafe opendir(path) else {
      fault = errno
      return
    }
    // SAFETY: each entry is valid until the next call, and the name ends with a zero.
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
      }
      if name != ".", name != ".." { entries.append(name) }
    }
    unsafe closedir(folder)
  }

  /// The names that are numbers: of processes, threads and descriptors.
  var numbers: [Int32] { entries.compactMap { Int32($0) } }
}

/// Reads links of proc.
enum ProcLink {
  /// The target of a link of at most 255 bytes; `nil` if it cannot be read.
  static func target(of path: String) -> String? {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      guard let start = buffer.baseAddress else { return nil }
      // SAFETY: the call writes at most 255 bytes, and the zero goes behind them.
      let count = unsafe readlink(path, start, 255)
      guard count >= 0 else { return nil }
      unsafe buffer[count] = 0
      return unsafe String(cString: start)
    }
  }
}
