/// Reads what `getdents64` wrote (`struct linux_dirent64`, include/linux/dirent.h).
package enum DirectoryEntries {
  /// An entry: the inode number, its type (`DT_DIR` is 4) and where its name stands.
  package struct Entry {
    package let inode: UInt64
    package let type: UInt8
    package let name: Range<Int>
  }

  /// The type of a directory.
  package static let directory: UInt8 = 4

  /// Calls `body` with each entry until one does not fit into the buffer.
  package static func forEach(_ bytes: Span<UInt8>, _ body: (Entry) -> Void) {
    var start = 0
    // Inode, offset, length and type come before the name, which ends with a zero.
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

/// Numbers in text, from bytes.
package enum DecimalText {
  /// The number that a range of the bytes spells: digits only, no more than 32 bits.
  @inline(__always)
  package static func value(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt32? {
    // Ten digits cannot overflow 64 bits.
    guard range.lowerBound >= 0, range.upperBound <= bytes.count, 1...10 ~= range.count else { return nil }
    var value: UInt64 = 0
    for index in range {
      let digit = bytes[index] &- 0x30
      guard digit < 10 else { return nil }
      value = value &* 10 &+ UInt64(digit)
    }
    return UInt32(exactly: value)
  }
}
