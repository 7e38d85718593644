internal import Glibc

/// An output buffer before a descriptor, so that one system call writes many rows.
struct ByteOutput: ~Copyable {
  /// The bytes that are not written yet. Renderers append here.
  var bytes: [UInt8] = []
  /// The descriptor; `nil` keeps everything in ``bytes``.
  private let descriptor: Int32?

  /// The default capacity of a pipe.
  private static let pieceSize = 64 * 1024

  init(descriptor: Int32? = STDOUT_FILENO) {
    self.descriptor = descriptor
    // More than a piece: the row that fills the piece must not move the array.
    bytes.reserveCapacity(Self.pieceSize + 4096)
  }

  /// Appends a line of text. Control characters in it become visible.
  mutating func appendLine(_ text: String) {
    bytes.appendVisible(text.utf8)
    bytes.append(UInt8(ascii: "\n"))
  }

  /// Writes if a piece is full.
  @inline(__always)
  mutating func flushIfFull() throws(CommandFailure) {
    if bytes.count >= Self.pieceSize, descriptor != nil { try flush() }
  }

  /// Writes all bytes.
  mutating func flush() throws(CommandFailure) {
    guard let descriptor else { return }
    var start = 0
    // Also after an error, so that no byte is written twice.
    defer { bytes.removeAll(keepingCapacity: true) }
    while start < bytes.count {
      // SAFETY: write reads at most the bytes of the slice, during the call.
      let written = unsafe bytes[start...].withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
      if written >= 0 {
        start += written
      } else if errno == EAGAIN {
        Descriptors.wait(descriptor, for: POLLOUT)
      } else if errno == EPIPE {
        Self.endByBrokenPipe()
      } else if errno != EINTR {
        throw CommandFailure(.outputFailed, "cannot write the output: \(SystemMessage.text(errno))")
      }
    }
  }

  /// Ends the process by SIGPIPE, as most tools do, even if it inherited that signal as ignored.
  static func endByBrokenPipe() -> Never {
    _ = signal(SIGPIPE, SIG_DFL)
    raise(SIGPIPE)
    exit(128 + SIGPIPE)
  }
}

/// The text of an errno.
enum SystemMessage {
  static func text(_ errno: Int32) -> String {
    // SAFETY: strerror returns a terminated string for every number, valid until the next call.
    unsafe String(cString: strerror(errno))
  }
}
