extension [UInt8] {
  /// Appends a value as a JSON object in UTF-8. Allocates nothing where the array has room.
  package mutating func appendJSON(_ value: some FieldWritable) {
    var taken: [UInt8] = []
    swap(&taken, &self)
    var writer = FieldWriter(appendingTo: consume taken)
    writer.openObject()
    value.writeFields(to: &writer)
    writer.closeObject()
    self = writer.output
  }

  /// Appends a value as a JSON object and a newline.
  package mutating func appendJSONLine(_ value: some FieldWritable) {
    appendJSON(value)
    append(UInt8(ascii: "\n"))
  }

  /// Appends a number in decimal.
  package mutating func appendDecimal(_ value: UInt64) {
    var divisor: UInt64 = 1
    while value / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / divisor % 10))
      divisor /= 10
    }
  }

  /// Appends text as a JSON string in quotes.
  ///
  /// Some characters are escaped although JSON allows them: those that a terminal obeys (DEL, and U+0080 to U+009F, which
  /// start commands as ESC does), those that change the direction of text, so that one name looks like another, and the two
  /// that end a line in JavaScript.
  package mutating func appendJSONString(_ text: String) {
    append(UInt8(ascii: "\""))
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x22, 0x5c:
        append(UInt8(ascii: "\\"))
        append(UInt8(truncatingIfNeeded: scalar.value))
      case 0..<0x20, 0x7f...0x9f, 0x61c, 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069:
        append(contentsOf: "\\u".utf8)
        for shift in [12, 8, 4, 0] as [UInt32] {
          let digit = UInt8(truncatingIfNeeded: scalar.value >> shift & 0xf)
          append(digit < 10 ? 0x30 + digit : 0x57 + digit)
        }
      case 0..<0x80: append(UInt8(truncatingIfNeeded: scalar.value))
      default: append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      }
    }
    append(UInt8(ascii: "\""))
  }

  /// Bytes in hexadecimal. Allocates.
  package var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xf)]] }, as: UTF8.self)
  }

  /// Creates bytes from hexadecimal digits.
  package init?(hexadecimal text: String) {
    let digits = text.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
    guard digits.count.isMultiple(of: 2), digits.allSatisfy({ $0 != nil }) else { return nil }
    let values = digits.compactMap { $0 }
    self = stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
  }
}
