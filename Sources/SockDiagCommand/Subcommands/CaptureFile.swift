internal import Glibc

/// The bytes of a capture.
enum CaptureFile {
  /// Reads a whole file, or standard input where the path is `-`.
  static func read(_ path: String) throws(CommandFailure) -> [UInt8] {
    if path == "-" { return try readAll(STDIN_FILENO, "standard input", sizeHint: 0) }
    // SAFETY: open copies the path, and the string outlives the call.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(path, errno) }
    defer { close(descriptor) }
    var status = stat()
    // SAFETY: fstat fills the structure and keeps nothing.
    let size = unsafe fstat(descriptor, &status) == 0 ? Int(clamping: status.st_size) : 0
    return try readAll(descriptor, path, sizeHint: size)
  }

  private static func readAll(_ descriptor: Int32, _ name: String, sizeHint: Int) throws(CommandFailure) -> [UInt8] {
    var bytes: [UInt8] = []
    // What a file claims to be long is no reason to reserve more than a capture usually has.
    bytes.reserveCapacity(min(max(sizeHint, 0), 1 << 28))
    var piece = [UInt8](repeating: 0, count: 1 << 18)
    while true {
      // SAFETY: the array has the bytes that read may write, during the call.
      let count = unsafe piece.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count == 0 { return bytes }
      if count > 0 {
        bytes += piece[..<count]
      } else if errno != EINTR {
        throw unreadable(name, errno)
      }
    }
  }

  private static func unreadable(_ name: String, _ errno: Int32) -> CommandFailure {
    let cure: String? =
      switch errno {
      case ENOENT: "give the path of a capture, or - for standard input"
      case EACCES, EPERM: "ask its owner, or run as root"
      case EISDIR: "give a file in it"
      default: nil
      }
    return CommandFailure(
      .noInput, "cannot read \(name): \(SystemMessage.text(errno))" + (cure.map { "; \($0)" } ?? ""))
  }
}
