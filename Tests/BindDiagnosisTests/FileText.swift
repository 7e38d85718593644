import Glibc

/// Files of proc, small and whole.
enum FileText {
  static func write(_ text: String, to path: String) throws {
    // SAFETY: the call reads the NUL-terminated path and keeps nothing.
    let file = unsafe open(path, O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { throw Refusal(errno: errno) }
    defer { close(file) }
    let bytes = Array(text.utf8)
    // SAFETY: the kernel reads the bytes of the array during the call.
    let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
    guard count == bytes.count else { throw Refusal(errno: errno) }
  }

  static func read(_ path: String) throws -> String {
    // SAFETY: the call reads the NUL-terminated path and keeps nothing.
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw Refusal(errno: errno) }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 14)
    let size = bytes.count
    // SAFETY: the kernel writes at most as many bytes as the array has.
    let count = unsafe Glibc.read(file, &bytes, size)
    guard count >= 0 else { throw Refusal(errno: errno) }
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}
