/// Reads of fixed-width integers at unaligned offsets.
///
/// Callers check the length of a whole structure once; then each read is plain. Reads stay bounds-checked, so a wrong
/// offset traps in a test and never reads foreign memory. The bytes are cut out before they are read: then the compiler
/// checks the bounds once, and makes the shifts of single bytes one load. Across a module boundary the same reads would be
/// ten times slower, so they are inlined with their users.
extension Span<UInt8> {
  @inlinable @inline(__always)
  func littleEndian16(at offset: Int) -> UInt16 {
    let bytes = extracting(offset...)
    precondition(bytes.count >= 2)
    return UInt16(bytes[0]) | UInt16(bytes[1]) &<< 8
  }

  @inlinable @inline(__always)
  func littleEndian32(at offset: Int) -> UInt32 {
    let bytes = extracting(offset...)
    precondition(bytes.count >= 4)
    return UInt32(bytes[0]) | UInt32(bytes[1]) &<< 8 | UInt32(bytes[2]) &<< 16 | UInt32(bytes[3]) &<< 24
  }

  @inlinable @inline(__always)
  func littleEndian64(at offset: Int) -> UInt64 {
    let bytes = extracting(offset...)
    precondition(bytes.count >= 8)
    return UInt64(bytes.littleEndian32(at: 0)) | UInt64(bytes.littleEndian32(at: 4)) &<< 32
  }

  /// An integer in the host's byte order, which netlink uses. The two bytes must be there: check the length before.
  @inlinable @inline(__always)
  public func host16(at offset: Int) -> UInt16 { UInt16(littleEndian: littleEndian16(at: offset)) }

  /// An integer in the host's byte order. The four bytes must be there.
  @inlinable @inline(__always)
  public func host32(at offset: Int) -> UInt32 { UInt32(littleEndian: littleEndian32(at: offset)) }

  /// An integer in the host's byte order. The eight bytes must be there.
  @inlinable @inline(__always)
  public func host64(at offset: Int) -> UInt64 { UInt64(littleEndian: littleEndian64(at: offset)) }

  /// An integer in network byte order: ports and addresses.
  @inlinable @inline(__always)
  func network16(at offset: Int) -> UInt16 { littleEndian16(at: offset).byteSwapped }

  @inlinable @inline(__always)
  func network32(at offset: Int) -> UInt32 { littleEndian32(at: offset).byteSwapped }

  @inlinable @inline(__always)
  func network64(at offset: Int) -> UInt64 { littleEndian64(at: offset).byteSwapped }

  /// The bytes of a range as an array. Allocates.
  func array(_ range: Range<Int>) -> [UInt8] {
    var copy: [UInt8] = []
    copy.replaceAll(with: extracting(range))
    return copy
  }
}

extension [UInt8] {
  /// Replaces all elements. The memory is reused if it suffices and no other value shares it.
  mutating func replaceAll(with bytes: Span<UInt8>) {
    if count > bytes.count {
      removeLast(count &- bytes.count)
    } else if count < bytes.count {
      append(contentsOf: repeatElement(0, count: bytes.count &- count))
    }
    // The compiler turns this into one copy; appending byte by byte costs a check for each.
    var target = mutableSpan
    for index in bytes.indices { target[index] = bytes[index] }
  }
}
