/// Finds keys in the bytes that a terminal sends.
///
/// A terminal sends the escape key as the byte with which the sequences of other keys begin. So a single one waits until
/// ``flush()`` says that nothing follows.
struct KeyDecoder {
  private var bytes: [UInt8] = []

  /// Whether bytes wait for others. Call ``flush()`` if none follow for a while.
  var isWaiting: Bool { !bytes.isEmpty }

  /// Takes bytes and returns the keys that are complete.
  mutating func keys(adding more: some Sequence<UInt8>) -> [Key] {
    bytes += more
    return take(isComplete: false)
  }

  /// Returns the keys of the bytes that waited: nothing follows them.
  mutating func flush() -> [Key] { take(isComplete: true) }

  private mutating func take(isComplete: Bool) -> [Key] {
    var keys: [Key] = []
    var rest = bytes[...]
    while let (key, length) = Self.next(rest, isComplete) {
      key.map { keys.append($0) }
      rest = rest.dropFirst(length)
    }
    bytes = Array(rest)
    return keys
  }

  /// The first key and its bytes; a key that is not known is `nil`. Returns `nil` if more bytes are needed.
  private static func next(_ bytes: ArraySlice<UInt8>, _ isComplete: Bool) -> (key: Key?, length: Int)? {
    guard let first = bytes.first else { return nil }
    switch first {
    case 0x1b: return sequence(bytes, isComplete)
    case 0x0d, 0x0a: return (.enter, 1)
    case 0x09: return (.tab, 1)
    case 0x7f, 0x08: return (.backspace, 1)
    case 0x01...0x1a: return (.control(Character(Unicode.Scalar(first + 0x60))), 1)
    case 0..<0x20: return (nil, 1)
    case 0x20..<0x7f: return (.character(Character(Unicode.Scalar(first))), 1)
    default: return character(bytes, isComplete)
    }
  }

  private static func character(_ bytes: ArraySlice<UInt8>, _ isComplete: Bool) -> (key: Key?, length: Int)? {
    let length =
      switch bytes[bytes.startIndex] {
      case 0xc2...0xdf: 2
      case 0xe0...0xef: 3
      case 0xf0...0xf4: 4
      default: 1
      }
    guard bytes.count >= length else { return isComplete ? (nil, bytes.count) : nil }
    guard let text = String(validating: bytes.prefix(length), as: UTF8.self), let character = text.first else {
      return (nil, 1)
    }
    return (.character(character), length)
  }

  /// C: ECMA-48 `CSI` and `SS3`, as xterm and its kin send them.
  private static func sequence(_ bytes: ArraySlice<UInt8>, _ isComplete: Bool) -> (key: Key?, length: Int)? {
    let body = bytes.dropFirst()
    guard let second = body.first else { return isComplete ? (.escape, 1) : nil }
    switch second {
    case UInt8(ascii: "["):
      let rest = body.dropFirst()
      // The Linux console writes F1 to F5 as `[[` and a letter.
      if rest.first == UInt8(ascii: "[") { return bytes.count > 3 ? (nil, 4) : isComplete ? (nil, 3) : nil }
      // Parameters and intermediate bytes, then a final one.
      guard let end = rest.firstIndex(where: { !(0x20...0x3f).contains($0) }) else {
        return isComplete ? (nil, bytes.count) : nil
      }
      let length = end - bytes.startIndex
      // Any other byte belongs to no sequence: this one was cut off.
      guard (0x40...0x7e).contains(bytes[end]) else { return (nil, length) }
      return (key(final: bytes[end], rest[..<end]), length + 1)
    case UInt8(ascii: "O"):
      guard let final = body.dropFirst().first else { return isComplete ? (nil, 2) : nil }
      return (key(final: final, []), 3)
    case 0x1b: return (.escape, 1)
    default:
      // Alt with a key: the key counts.
      guard let (key, length) = next(body, isComplete) else { return nil }
      return (key, length + 1)
    }
  }

  private static func key(final: UInt8, _ parameters: ArraySlice<UInt8>) -> Key? {
    switch final {
    case UInt8(ascii: "A"): .up
    case UInt8(ascii: "B"): .down
    case UInt8(ascii: "C"): .right
    case UInt8(ascii: "D"): .left
    case UInt8(ascii: "H"): .home
    case UInt8(ascii: "F"): .end
    case UInt8(ascii: "Z"): .backTab
    case UInt8(ascii: "~"):
      switch Int(String(decoding: parameters.prefix { $0 != UInt8(ascii: ";") }, as: UTF8.self)) {
      case 1, 7: .home
      case 4, 8: .end
      case 3: .delete
      case 5: .pageUp
      case 6: .pageDown
      default: nil
      }
    default: nil
    }
  }
}
