internal import Glibc

/// A yes-or-no question on the terminal.
enum Question {
  /// Whether standard input and standard error are terminals.
  static var isPossible: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

  /// Asks on standard error, and reads a line of standard input. Only `y` and `yes` mean yes.
  static func isAnsweredYes(_ text: String) throws(CommandFailure) -> Bool {
    var output = ByteOutput(descriptor: STDERR_FILENO)
    output.bytes.append(contentsOf: (text + " [y/N] ").utf8)
    try output.flush()
    return ["y", "yes"].contains(try readLine().lowercased())
  }

  /// Reads byte by byte, so that input after the line is left for other readers of the terminal.
  private static func readLine() throws(CommandFailure) -> String {
    var line: [UInt8] = []
    var byte: UInt8 = 0
    while true {
      // SAFETY: read writes at most the one byte, during the call.
      let count = unsafe read(STDIN_FILENO, &byte, 1)
      if count > 0, byte != UInt8(ascii: "\n") {
        line.append(byte)
      } else if count >= 0 {
        return String(decoding: line, as: UTF8.self).trimmed
      } else if errno == EAGAIN {
        Descriptors.wait(STDIN_FILENO, for: POLLIN)
      } else if errno != EINTR {
        throw CommandFailure(.noInput, "cannot read the answer: \(SystemMessage.text(errno))")
      }
    }
  }
}

extension String {
  fileprivate var trimmed: String {
    var rest = self[...]
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }
}
