internal import Glibc

/// Writes messages to standard error, one sentence a line.
enum Diagnostics {
  /// Writes a sentence. A terminal gets it folded between words, because it would break a long line anywhere; a file or a
  /// pipe gets one line, for `grep`.
  static func report(_ message: String) {
    let terminal = Terminal.standardError(.never)
    guard terminal.isTerminal else { return write("sockdiag: ", message) }
    var prose = Prose(terminal)
    prose.line("sockdiag: " + message)
    write(prose.bytes)
  }

  /// Shows an indented line of input that the last sentence is about.
  static func show(_ line: String) { write("  ", line) }

  private static func write(_ prefix: String, _ message: String) {
    var line = Array(prefix.utf8)
    line.appendVisible(message.utf8)
    line.append(UInt8(ascii: "\n"))
    write(line)
  }

  /// Writes text that is already rendered. Errors are ignored: there is no other place to report them.
  static func write(_ bytes: [UInt8]) {
    var start = 0
    while start < bytes.count {
      // SAFETY: write reads at most the bytes of the slice, during the call.
      let written = unsafe bytes[start...].withUnsafeBytes {
        unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count)
      }
      if written < 0, errno == EAGAIN {
        Descriptors.wait(STDERR_FILENO, for: POLLOUT)
      } else if written < 0, errno != EINTR {
        return
      }
      start += max(written, 0)
    }
  }
}
