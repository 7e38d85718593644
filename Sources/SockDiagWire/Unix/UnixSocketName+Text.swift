extension UnixSocketName: LosslessStringConvertible {
  /// The name as one word of printable ASCII, from which ``init(_:)`` makes the same name.
  ///
  /// An abstract name begins with `@`, as in `ss`. A backslash is doubled. Blanks, control characters and all bytes
  /// from 0x7f on are written as `\xHH`. So are an `@` at the beginning of a path, and `*`, `?` and `[`, so that the
  /// text is also a pattern of a filter that matches exactly this name. Allocates.
  public var description: String {
    var text: [UInt8] = []
    write(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends ``description`` without other allocations than for room in the array.
  public func write(to text: inout [UInt8]) {
    if isAbstract { text.append(UInt8(ascii: "@")) }
    let start = text.count
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\\"): text.append(contentsOf: [byte, byte])
      case UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "["), 0...0x20, 0x7f...: text.appendEscaped(byte)
      case UInt8(ascii: "@") where !isAbstract && text.count == start: text.appendEscaped(byte)
      default: text.append(byte)
      }
    }
  }

  /// Creates a name from its text: a path, or `@` and an abstract name. A backslash begins `\xHH`, or takes the special
  /// meaning of the character behind it. `nil` if the text is empty or an escape is incomplete.
  public init?(_ text: String) {
    guard !text.isEmpty, let bytes = [UInt8](unescaping: text) else { return nil }
    self = text.utf8.first == UInt8(ascii: "@") ? .abstract(Array(bytes.dropFirst())) : .path(bytes)
  }
}

extension [UInt8] {
  /// Appends a byte as `\xHH`.
  mutating func appendEscaped(_ byte: UInt8) {
    append(UInt8(ascii: "\\"))
    append(UInt8(ascii: "x"))
    for digit in [byte >> 4, byte & 0xf] { append(digit < 10 ? 0x30 + digit : 0x57 + digit) }
  }

  /// The bytes of a text in which a backslash begins `\xHH` or takes the meaning of the character behind it; `nil` if
  /// an escape is incomplete.
  init?(unescaping text: String) {
    self = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\\") {
        guard let value = rest.popEscape() else { return nil }
        append(value)
      } else {
        append(byte)
      }
    }
  }
}

extension ArraySlice<UInt8> {
  /// Consumes what follows a backslash: `xHH`, or a byte that stands for itself. `nil` if it is incomplete.
  mutating func popEscape() -> UInt8? {
    guard let byte = popFirst() else { return nil }
    guard byte == UInt8(ascii: "x") else { return byte }
    let digits = prefix(2).compactMap { Character(UnicodeScalar($0)).hexDigitValue }
    guard digits.count == 2 else { return nil }
    removeFirst(2)
    return UInt8(truncatingIfNeeded: digits[0] << 4 | digits[1])
  }
}
