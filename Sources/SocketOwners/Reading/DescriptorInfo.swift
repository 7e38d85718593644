/// The contents of `/proc/PID/fdinfo/N`, as far as searches need them.
package struct DescriptorInfo: Hashable, Sendable {
  /// The number of descriptors in the receive queue of a unix socket. A listener counts those of connections that are
  /// not accepted yet. It is `nil` for other files, and before Linux 5.6.
  ///
  /// Kernel: `unix_show_fdinfo`, net/unix/af_unix.c.
  package var waitingDescriptors: UInt32?

  /// The sockets among the fixed files of an io_uring, with their places in the table. It is `nil` if the text has no
  /// table: the kernel leaves it out while the ring is busy.
  ///
  /// Kernel: `__io_uring_show_fdinfo`, io_uring/fdinfo.c. It prints `UserFiles:`, then a place and a path for each
  /// file.
  package var fixedSockets: [FixedSocket]?

  /// A socket in the table of fixed files.
  package struct FixedSocket: Hashable, Sendable {
    package let slot: UInt32
    package let inode: UInt32
  }

  /// Reads the text and ignores all other lines.
  package init(_ text: Span<UInt8>) {
    var isInFiles = false
    TextLines.forEach(text) { line in
      if let value = TextLines.value(of: "scm_fds:", text, line) { waitingDescriptors = DecimalText.value(text, value) }
      if TextLines.value(of: "UserFiles:", text, line) != nil {
        isInFiles = true
        fixedSockets = []
      } else if isInFiles, let file = Self.fixedFile(text, line) {
        if case .socket(let inode) = LinkTarget(text.extracting(file.path)) {
          fixedSockets?.append(FixedSocket(slot: file.slot, inode: inode))
        }
      } else {
        isInFiles = false
      }
    }
  }

  /// Reads `    1: socket:[15797231]`: a number in five columns, a colon, a blank and a path.
  private static func fixedFile(_ text: Span<UInt8>, _ line: Range<Int>) -> (slot: UInt32, path: Range<Int>)? {
    let number = TextLines.word(text, line)
    guard let last = number.last, text[last] == UInt8(ascii: ":"),
      let slot = DecimalText.value(text, number.lowerBound..<last)
    else { return nil }
    return (slot, TextLines.word(text, last &+ 1..<line.upperBound))
  }
}
