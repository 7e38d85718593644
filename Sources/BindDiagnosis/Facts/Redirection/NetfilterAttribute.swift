/// An nf_tables attribute, with its bytes. Numbers are big-endian.
///
/// Kernel: `struct nlattr`, linux/netlink.h; linux/netfilter/nf_tables.h.
struct NetfilterAttribute {
  var type: UInt16
  var bytes: ArraySlice<UInt8>

  /// The attributes of a message or a nest, up to the first invalid one.
  static func all(_ bytes: ArraySlice<UInt8>) -> [NetfilterAttribute] {
    var (rest, found) = (bytes, [NetfilterAttribute]())
    while rest.count >= 4 {
      let length = Int(host16(rest, 0))
      guard length >= 4, length <= rest.count else { break }
      // The two highest bits mark nests and byte order.
      found.append(NetfilterAttribute(type: host16(rest, 2) & 0x3fff, bytes: rest.dropFirst(4).prefix(length - 4)))
      rest = rest.dropFirst((length + 3) & ~3)
    }
    return found
  }

  /// The attributes of a nest, by their types.
  static func table(_ bytes: ArraySlice<UInt8>) -> [UInt16: ArraySlice<UInt8>] {
    Dictionary(all(bytes).map { ($0.type, $0.bytes) }, uniquingKeysWith: { first, _ in first })
  }

  static func host16(_ bytes: ArraySlice<UInt8>, _ offset: Int) -> UInt16 {
    let pair = bytes.dropFirst(offset).prefix(2)
    guard pair.count == 2, let first = pair.first, let last = pair.last else { return 0 }
    #if _endian(little)
      return UInt16(last) << 8 | UInt16(first)
    #else
      return UInt16(first) << 8 | UInt16(last)
    #endif
  }

  static func host32(_ bytes: ArraySlice<UInt8>, _ offset: Int) -> UInt32 {
    #if _endian(little)
      return UInt32(host16(bytes, offset + 2)) << 16 | UInt32(host16(bytes, offset))
    #else
      return UInt32(host16(bytes, offset)) << 16 | UInt32(host16(bytes, offset + 2))
    #endif
  }
}

extension ArraySlice<UInt8> {
  /// The big-endian number; `nil` if it is longer than 8 bytes or empty.
  var number: UInt64? {
    guard !isEmpty, count <= 8 else { return nil }
    return reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// The text up to its zero.
  var text: String { String(decoding: prefix { $0 != 0 }, as: UTF8.self) }
}
