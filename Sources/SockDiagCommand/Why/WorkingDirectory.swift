internal import Glibc

/// The working directory of a process.
enum WorkingDirectory {
  /// The directory for relative paths of a process; `nil` if it may not be read. Kernel: `/proc/PID/cwd`,
  /// proc(5).
  static func of(_ pid: Int32) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    // SAFETY: the path is copied, and the call writes at most as many bytes as there is room for.
    let count = unsafe readlink("/proc/\(pid)/cwd", &buffer, buffer.count)
    return count > 0 ? String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
  }
}
