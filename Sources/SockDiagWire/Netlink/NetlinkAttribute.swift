/// An attribute of a netlink message: its type, and the range of its payload.
///
/// Kernel: `struct nlattr`, linux/netlink.h.
public struct NetlinkAttribute: Sendable {
  static var headerByteCount: Int { 4 }

  /// The type, without the bits that mark nests and byte order.
  public var type: UInt16
  /// Where the payload lies in its bytes.
  public var payload: Range<Int>

  /// Type and length in one number, for a reader that expects certain pairs. Comparing it is faster than a jump table
  /// over the types, because the processor mispredicts that jump at every attribute.
  @inline(__always)
  var signature: UInt32 { Self.signature(type, byteCount: payload.count) }

  @inline(__always)
  static func signature(_ type: UInt16, byteCount: Int) -> UInt32 {
    UInt32(type) << 16 | UInt32(truncatingIfNeeded: byteCount)
  }

  /// The type and the length from the four bytes of a header, as a little-endian number: one read for both.
  @inline(__always)
  static func header(_ word: UInt32) -> (type: UInt16, length: Int) {
    let length = UInt16(littleEndian: UInt16(truncatingIfNeeded: word))
    // The two highest bits mark nests and byte order (NLA_F_NESTED, NLA_F_NET_BYTEORDER).
    return (UInt16(littleEndian: UInt16(truncatingIfNeeded: word &>> 16)) & 0x3fff, Int(length))
  }

  /// The payload as text, up to its first NUL. Bytes that are not UTF-8 are replaced.
  public func text(in bytes: Span<UInt8>) -> String {
    var end = payload.lowerBound
    while end < payload.upperBound, bytes[end] != 0 { end &+= 1 }
    let characters = bytes.extracting(payload.lowerBound..<end)
    if let valid = try? UTF8Span(validating: characters) { return String(copying: valid) }
    return String(decoding: bytes.array(payload.lowerBound..<end), as: UTF8.self)
  }
}

/// Steps through the attributes of a message or of a nest.
struct NetlinkAttributeCursor {
  private(set) var offset: Int
  let end: Int

  @inline(__always)
  init(_ range: Range<Int>) {
    offset = range.lowerBound
    end = range.upperBound
  }

  /// The next attribute, or `nil` at the end.
  ///
  /// A length smaller than the header is an error, and not skipped. A kernel whose attribute overflowed its 16-bit
  /// length produces it, and everything after it would be read at the wrong place.
  @inline(__always)
  mutating func next(in bytes: Span<UInt8>) throws(WireError) -> NetlinkAttribute? {
    let remaining = end &- offset
    guard remaining > 0 else { return nil }
    guard remaining >= NetlinkAttribute.headerByteCount else { throw .cutAttributeHeader(remaining, at: offset) }
    let (type, length) = NetlinkAttribute.header(bytes.littleEndian32(at: offset))
    guard length >= NetlinkAttribute.headerByteCount, length <= remaining else {
      throw .badAttributeLength(length, remaining, at: offset)
    }
    let payload = (offset &+ NetlinkAttribute.headerByteCount)..<(offset &+ length)
    offset &+= min((length &+ 3) & ~3, remaining)
    return NetlinkAttribute(type: type, payload: payload)
  }
}

extension Span<UInt8> {
  /// Passes each attribute to `body`, with its payload as a span: the payload's range begins at 0.
  ///
  /// This is `NetlinkAttributeCursor` for a record without nests. The payload's length is known from the attribute, so
  /// the compiler leaves out the checks of bounds.
  ///
  /// - Returns: What is wrong with the first attribute that cannot be located; those before it were passed.
  @inline(__always)
  public func forEachAttribute(_ range: Range<Int>, _ body: (NetlinkAttribute, Span<UInt8>) -> Void) -> WireError? {
    var rest = extracting(range)
    while !rest.isEmpty {
      guard rest.count >= NetlinkAttribute.headerByteCount else {
        return .cutAttributeHeader(rest.count, at: range.upperBound &- rest.count)
      }
      let (type, length) = NetlinkAttribute.header(rest.littleEndian32(at: 0))
      guard length >= NetlinkAttribute.headerByteCount, length <= rest.count else {
        return .badAttributeLength(length, rest.count, at: range.upperBound &- rest.count)
      }
      let payload = rest.extracting(NetlinkAttribute.headerByteCount..<length)
      body(NetlinkAttribute(type: type, payload: 0..<length &- NetlinkAttribute.headerByteCount), payload)
      rest = rest.extracting(droppingFirst: (length &+ 3) & ~3)
    }
    return nil
  }
}

extension WireError {
  @inline(never)
  fileprivate static func cutAttributeHeader(_ remaining: Int, at offset: Int) -> WireError {
    WireError(.attributeLength, at: offset, "\(remaining) bytes left, but an attribute header has 4")
  }

  @inline(never)
  fileprivate static func badAttributeLength(_ length: Int, _ remaining: Int, at offset: Int) -> WireError {
    WireError(.attributeLength, at: offset, "an attribute claims \(length) bytes, but 4 to \(remaining) are possible")
  }
}
