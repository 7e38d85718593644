internal import Glibc

/// The name of a running program.
enum ProgramName {
  /// The name of a process, of up to 15 bytes; `?` if it cannot be read. Kernel: `comm`, proc(5).
  static func of(_ pid: Int32) -> String {
    // SAFETY: open copies the path.
    let file = unsafe open("/proc/\(pid)/comm", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return "?" }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 64)
    // SAFETY: the call writes at most as many bytes as the buffer has.
    let count = unsafe read(file, &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(count, 0)).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }
}
