internal import Glibc
internal import SockDiag

/// The file with a filter that `-F` names.
enum FilterFile {
  /// Longer than any filter that a person or a script writes.
  private static let maximumByteCount = 1 << 20

  /// Reads the filter. Line feeds count as blanks, and several blanks as one.
  ///
  /// - Parameter path: The path; `-` for standard input.
  static func text(_ path: String) throws(CommandFailure) -> String {
    let name = path == "-" ? "standard input" : "'\(path)'"
    guard !path.isEmpty else { throw .usage("-F: the name of the file is empty; give a path, or - for standard input") }
    // SAFETY: open copies the path, and the string outlives the call.
    let descriptor = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw CommandFailure(.noInput, "-F: cannot read \(name): \(SystemMessage.text(errno))")
    }
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while true {
      // SAFETY: the array has the bytes that read may write, during the call.
      let count = unsafe piece.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
      if count == 0 { break }
      if count > 0 {
        bytes += piece[..<count]
        guard bytes.count <= maximumByteCount else {
          throw CommandFailure(.badData, "-F: \(name) is longer than a filter can be; give a file with one filter")
        }
      } else if errno == EAGAIN {
        Descriptors.wait(descriptor, for: POLLIN)
      } else if errno != EINTR {
        throw CommandFailure(.noInput, "-F: cannot read \(name): \(SystemMessage.text(errno))")
      }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw CommandFailure(.badData, "-F: \(name) is not text in UTF-8; give a file with one filter")
    }
    return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
