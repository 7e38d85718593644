/// Reads of fixed-width integers at unaligned offsets.
///
/// Callers check the length of a whole structure once; then each read is plain. The subscripts stay bounds-checked, so
/// a wrong offset traps in a test and never reads foreign memory. Shifts of single bytes compile to one load. Across a
/// module boundary the same reads would be ten times slower, so they are inlined with their users.
extension Span<UInt8> {
  @inlinable @inline(__always)
  func littleEndian16(at offset: Int) -> UInt16 {
    UInt16(self[offset]) | UInt16(self[offset &+ 1]) &<< 8
  }

  @inlinable @inline(__always)
  func littleEndian32(at offset: Int) -> UInt32 {
    UInt32(self[offset]) | UInt32(self[offset &+ 1]) &<< 8 | UInt32(self[offset &+ 2]) &<< 16
      | UInt32(self[offset &+ 3]) &<< 24
  }

  @inlinable @inline(__always)
  func littleEndian64(at offset: Int) -> UInt64 {
    UInt64(littleEndian32(at: offset)) | UInt64(littleEndian32(at: offset &+ 4)) &<< 32
  }

  /// An integer in the host's byte order, which netlink uses.
  @inlinable @inline(__always)
  func host16(at offset: Int) -> UInt16 { UInt16(littleEndian: littleEndian16(at: offset)) }

  @inlinable @inline(__always)
  func host32(at offset: Int) -> UInt32 { UInt32(littleEndian: littleEndian32(at: offset)) }

  @inlinable @inline(__always)
  func host64(at offset: Int) -> UInt64 { UInt64(littleEndian: littleEndian64(at: offset)) }

  /// An integer in network byte order: ports and addresses.
  @inlinable @inline(__always)
  func network16(at offset: Int) -> UInt16 { littleEndian16(at: offset).byteSwapped }

  @inlinable @inline(__always)
  func network32(at offset: Int) -> UInt32 { littleEndian32(at: offset).byteSwapped }

  @inlinable @inline(__always)
  func network64(at offset: Int) -> UInt64 { littleEndian64(at: offset).byteSwapped }

  /// The bytes of a range as an array. Allocates.
  func array(_ range: Range<Int>) -> [UInt8] {
    [UInt8](capacity: range.count) { output in
      for offset in range { output.append(self[offset]) }
    }
  }
}
