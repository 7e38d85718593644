internal import Glibc
internal import SockDiagWire

/// An open file of `/proc/net`.
struct ProcNetFile: ~Copyable {
  private let descriptor: Int32
  /// The path of the file.
  let path: String

  /// Opens a file; `nil` if there is none of this name.
  init?(_ path: String) throws(SockDiagError) {
    self.path = path
    // SAFETY: the string lives, and ends with a zero, during the call.
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 {
      let errno = errno
      if errno == ENOENT { return nil }
      throw SockDiagError(.procNet, operation: "open \(path)", errno: errno)
    }
  }

  deinit {
    close(descriptor)
  }

  /// Reads the next bytes and returns their number; 0 at the end.
  func read(into buffer: inout [UInt8]) throws(SockDiagError) -> Int {
    while true {
      // SAFETY: the kernel writes at most as many bytes as the buffer has.
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 { return min(count, buffer.count) }
      let errno = errno
      if errno != EINTR { throw SockDiagError(.procNet, operation: "read \(path)", errno: errno) }
    }
  }
}
