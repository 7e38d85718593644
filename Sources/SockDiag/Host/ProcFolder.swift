internal import Glibc

/// The names in a folder of proc.
struct ProcFolder {
  private(set) var entries: [String] = []
  /// The errno if the folder cannot be read; 0 if it was.
  private(set) var fault: Int32 = 0

  init(_ path: String) {
    fault = unsafe Self.forEachName(path) { _, name in
      // SAFETY: the name ends with a zero.
      let name = unsafe String(cString: name)
      if name != ".", name != ".." { entries.append(name) }
    }
  }

  /// Reads the names of those links in a folder whose target begins with a text of at most sixteen bytes.
  ///
  /// A host has hundreds of thousands of descriptors, so only the few that match become strings.
  init(_ path: String, linksTo prefix: StaticString) {
    let length = prefix.utf8CodeUnitCount
    fault = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16) { buffer in
      guard let target = buffer.baseAddress, length <= buffer.count else { return EINVAL }
      return unsafe Self.forEachName(path) { folder, name in
        // SAFETY: the call writes at most as many bytes as are compared, and the name ends with a zero.
        if unsafe readlinkat(folder, name, target, length) == length,
          unsafe memcmp(target, prefix.utf8Start, length) == 0
        {
          entries.append(unsafe String(cString: name))
        }
      }
    }
  }

  /// Passes the descriptor of a folder and each name in it to `body`. Returns an errno, 0 for none.
  private static func forEachName(_ path: String, _ body: (Int32, UnsafePointer<CChar>) -> Void) -> Int32 {
    // SAFETY: the call copies the path, and the folder is closed below.
    guard let folder = unsafe opendir(path) else { return errno }
    let descriptor = unsafe dirfd(folder)
    // SAFETY: each entry is valid until the next call.
    while let entry = unsafe readdir(folder) {
      unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe body(descriptor, UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
      }
    }
    unsafe closedir(folder)
    return 0
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
