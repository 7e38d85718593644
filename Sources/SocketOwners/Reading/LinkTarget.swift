/// The file that a descriptor's link in `/proc/PID/fd` leads to.
package enum LinkTarget: Hashable, Sendable {
  /// A socket, by its inode number: `socket:[N]`.
  case socket(UInt32)
  /// An io_uring: `anon_inode:[io_uring]`.
  case ring
  /// Any other file.
  case other

  /// Reads the text of a link (`sockfs_dname`, net/socket.c; `anon_inodefs_dname`, fs/anon_inodes.c).
  ///
  /// The path of a file on disk begins with a slash, so no name that a user chooses looks like a socket.
  @inline(__always)
  package init(_ text: Span<UInt8>) {
    self = .other
    // The first letter almost always decides.
    guard text.count >= 10 else { return }
    if text[0] == UInt8(ascii: "s") {
      guard Self.begins(text, with: "socket:["), text[text.count &- 1] == UInt8(ascii: "]"),
        let inode = DecimalText.value(text, 8..<text.count &- 1), inode != 0
      else { return }
      self = .socket(inode)
    } else if text[0] == UInt8(ascii: "a") {
      let name: StaticString = "anon_inode:[io_uring]"
      if text.count == name.utf8CodeUnitCount, Self.begins(text, with: name) { self = .ring }
    }
  }

  @inline(__always)
  private static func begins(_ text: Span<UInt8>, with prefix: StaticString) -> Bool {
    let count = prefix.utf8CodeUnitCount
    guard text.count >= count else { return false }
    for index in 0..<count {
      // SAFETY: the index is below the length of the literal.
      if unsafe text[index] != prefix.utf8Start[index] { return false }
    }
    return true
  }
}
