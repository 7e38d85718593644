internal import Glibc

/// Bytes on their way to a descriptor, collected so that a system call carries many rows.
struct ByteOutput: ~Copyable {
  /// What was not written yet. Renderers append here.
  var bytes: [UInt8] = []
  /// `nil` keeps everything in ``bytes``.
  private let descriptor: Int32?

  /// A pipe takes no more than this at once by default.
  private static let pieceSize = 64 * 1024

  init(descriptor: Int32? = STDOUT_FILENO) {
    self.descriptor = descriptor
    // A row more than a piece: the row that fills the piece must not move the array.
    bytes.reserveCapacity(Self.pieceSize + 4096)
  }

  /// Writes if a piece is full.
  @inline(__always)
  mutating func flushIfFull() throws(CommandFailure) {
    if bytes.count >= Self.pieceSize, descriptor != nil { try flush() }
  }

  /// Writes all there is.
  mutating func flush() throws(CommandFailure) {
    guard let descriptor else { return }
    var start = 0
    // Whatever happens, the same bytes are not written again.
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

  /// Ends as most tools do when the reader is gone, even if this process inherited an ignored signal.
  static func endByBrokenPipe() -> Never {
    _ = signal(SIGPIPE, SIG_DFL)
    raise(SIGPIPE)
    exit(128 + SIGPIPE)
  }
}

/// The system's words for an errno.
enum SystemMessage {
  static func text(_ errno: Int32) -> String {
    // SAFETY: strerror returns a terminated string for every number, valid until the next call.
    unsafe String(cString: strerror(errno))
  }
}
