internal import CSocketLaboratory

/// The file operations of the laboratory.
package enum FileSystem {
  /// Reads from the position of a descriptor to the end of its file.
  package static func readAll(_ descriptor: Int32, _ what: String) throws -> [UInt8] {
    // SAFETY: the kernel writes at most `bytes.count` bytes into a buffer that outlives the call.
    try unsafe readAll(what) { bytes in
      unsafe socklab_read(descriptor, bytes.baseAddress, bytes.count)
    }
  }

  /// Calls `read` for one piece after the other until it returns 0.
  @unsafe package static func readAll(_ what: String, _ read: (UnsafeMutableRawBufferPointer) -> Int32) throws
    -> [UInt8]
  {
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      // SAFETY: the pointer is used during the call only.
      let count = unsafe buffer.withUnsafeMutableBytes { bytes in unsafe read(bytes) }
      guard try check(count, "read \(what)") > 0 else { return content }
      content.append(contentsOf: buffer[..<Int(count)])
    }
  }

  /// Reads a whole file. Files of /proc and /sys work too.
  package static func read(_ path: String) throws -> [UInt8] {
    // SAFETY: the call reads the NUL-terminated path and keeps nothing.
    let descriptor = try check(unsafe socklab_open_read(path), "open \(path)")
    defer { _ = socklab_close(descriptor) }
    return try readAll(descriptor, path)
  }

  /// Replaces the content of a sysctl or cgroup file.
  package static func write(_ text: String, to path: String) throws {
    // SAFETY: the call reads both NUL-terminated strings and keeps nothing.
    try check(unsafe socklab_write_file(path, text), "write \(path)")
  }

  /// Creates an anonymous file with `content`, positioned at its start.
  package static func memoryFile(_ content: [UInt8] = []) throws -> Int32 {
    // SAFETY: the call reads the NUL-terminated name and keeps nothing.
    let descriptor = try check(unsafe socklab_memory_file("socket-laboratory"), "create a memory file")
    var written = 0
    while written < content.count {
      // SAFETY: the kernel reads at most `bytes.count` bytes of a buffer that outlives the call.
      let count = unsafe content[written...].withUnsafeBytes { bytes in
        unsafe socklab_write(descriptor, bytes.baseAddress, bytes.count)
      }
      written += Int(try check(count, "fill a memory file"))
    }
    _ = socklab_rewind(descriptor)
    return descriptor
  }
}
