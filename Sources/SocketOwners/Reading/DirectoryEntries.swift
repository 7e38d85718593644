/// Reads the entries that `getdents64` returns (`struct linux_dirent64`, include/linux/dirent.h).
package enum DirectoryEntries {
  /// An entry: its inode number, its type and the place of its name.
  package struct Entry {
    package let inode: UInt64
    package let type: UInt8
    package let name: Range<Int>
  }

  /// The type of a directory, `DT_DIR`.
  package static let directory: UInt8 = 4

  /// Calls `body` with each entry. It stops at an entry that does not fit into the buffer.
  package static func forEach(_ bytes: Span<UInt8>, _ body: (Entry) -> Void) {
    var start = 0
    // Inode, offset, length and type come before the name. The name ends with a zero.
    while start &+ 20 <= bytes.count {
      let length = Int(bytes[start &+ 16]) | Int(bytes[start &+ 17]) &<< 8
      guard length >= 20, length <= bytes.count &- start else { return }
      var inode: UInt64 = 0
      for index in 0..<8 { inode |= UInt64(bytes[start &+ index]) &<< UInt64(8 &* index) }
      let nameStart = start &+ 19
      var end = nameStart
      while end < start &+ length, bytes[end] != 0 { end &+= 1 }
      body(Entry(inode: inode, type: bytes[start &+ 18], name: nameStart..<end))
      start &+= length
    }
  }
}
