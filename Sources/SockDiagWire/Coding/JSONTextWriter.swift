/// Appends fields to JSON text in UTF-8.
///
/// Keys are not escaped: they are constants without quotes.
public struct JSONTextWriter: FieldWriter {
  /// The text so far.
  public package(set) var output: [UInt8]
  private var needsComma = false

  /// Creates a writer that continues a text.
  public init(appendingTo output: consuming [UInt8]) { self.output = output }

  /// Begins an object.
  public mutating func openObject() {
    output.append(UInt8(ascii: "{"))
    needsComma = false
  }

  /// Ends an object.
  public mutating func closeObject() {
    output.append(UInt8(ascii: "}"))
    needsComma = true
  }

  /// Copies recorded fields.
  public mutating func recorded<Value>(_ fields: RecordedFields<Value>) {
    if fields.text.isEmpty { return }
    if needsComma { output.append(UInt8(ascii: ",")) }
    needsComma = true
    output.append(contentsOf: fields.text)
  }

  @inline(__always)
  private mutating func key(_ key: String) {
    if needsComma { output.append(UInt8(ascii: ",")) }
    needsComma = true
    output.append(UInt8(ascii: "\""))
    output.append(contentsOf: key.utf8)
    output.append(UInt8(ascii: "\""))
    output.append(UInt8(ascii: ":"))
  }

  /// Writes a number.
  public mutating func number(_ key: String, _ value: UInt64) {
    self.key(key)
    output.appendDecimal(value)
  }

  /// Writes a number that may be negative.
  public mutating func number(_ key: String, _ value: Int64) {
    self.key(key)
    if value < 0 { output.append(UInt8(ascii: "-")) }
    output.appendDecimal(value.magnitude)
  }

  /// Writes a truth value.
  public mutating func boolean(_ key: String, _ value: Bool) {
    self.key(key)
    output.append(contentsOf: (value ? "true" : "false").utf8)
  }

  /// Writes text.
  public mutating func text(_ key: String, _ value: String) {
    self.key(key)
    output.appendJSONString(value)
  }

  /// Writes a list of texts.
  public mutating func texts(_ key: String, _ values: [String]) {
    self.key(key)
    output.append(UInt8(ascii: "["))
    for (index, value) in values.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      output.appendJSONString(value)
    }
    output.append(UInt8(ascii: "]"))
  }

  /// Writes the names of the bits that are set.
  public mutating func texts(_ key: String, of bits: UInt64, in names: [FieldBit]) {
    self.key(key)
    var separator = UInt8(ascii: "[")
    for index in names.indices where names[index].bit & bits != 0 {
      output.append(separator)
      output.appendJSONString(names[index].name)
      separator = UInt8(ascii: ",")
    }
    if separator == UInt8(ascii: "[") { output.append(separator) }
    output.append(UInt8(ascii: "]"))
  }

  /// Writes a number as text.
  public mutating func longNumber(_ key: String, _ value: UInt64) {
    self.key(key)
    output.append(UInt8(ascii: "\""))
    output.appendDecimal(value)
    output.append(UInt8(ascii: "\""))
  }

  /// Writes a list of numbers.
  public mutating func numbers(_ key: String, _ values: [UInt32]) {
    self.key(key)
    output.append(UInt8(ascii: "["))
    for (index, value) in values.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      output.appendDecimal(UInt64(value))
    }
    output.append(UInt8(ascii: "]"))
  }

  /// Writes ASCII text that `append` makes.
  public mutating func ascii(_ key: String, _ append: (inout [UInt8]) -> Void) {
    self.key(key)
    output.append(UInt8(ascii: "\""))
    append(&output)
    output.append(UInt8(ascii: "\""))
  }

  /// Writes an object.
  public mutating func object(_ key: String, _ fields: (inout Self) -> Void) {
    self.key(key)
    openObject()
    fields(&self)
    closeObject()
  }

  /// Writes a list of objects, one for each element.
  public mutating func objects<Element>(
    _ key: String, _ elements: [Element], isOnLines: Bool, _ fields: (Element, inout Self) -> Void
  ) {
    self.key(key)
    var list = JSONArray(isOnLines: isOnLines)
    for element in elements {
      list.beginElement(&output)
      openObject()
      fields(element, &self)
      closeObject()
    }
    list.end(&output)
    needsComma = true
  }
}

extension [UInt8] {
  /// Appends a value as a JSON object.
  package mutating func appendJSON(_ value: some FieldWritable) { value.appendJSON(to: &self) }

  /// Appends a value as a JSON object and a newline.
  package mutating func appendJSONLine(_ value: some FieldWritable) {
    value.appendJSON(to: &self)
    append(UInt8(ascii: "\n"))
  }

  /// Appends a number in decimal.
  package mutating func appendDecimal(_ value: UInt64) {
    if value < 10 {
      append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: value))
      return
    }
    // From the last digit: the compiler makes a multiplication of a division by the constant 10, not of one by a variable.
    var digits = InlineArray<20, UInt8>(repeating: 0)
    var start = 20
    var rest = value
    repeat {
      start &-= 1
      digits[start] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
    while start < 20 {
      append(digits[start])
      start &+= 1
    }
  }

  /// Appends text as a JSON string in quotes.
  ///
  /// It also escapes some characters that JSON permits: control characters that terminals obey (DEL, and U+0080 to
  /// U+009F, which begin commands as ESC does), characters that reverse the direction of the surrounding text, so that
  /// a name looks like another, and the two that end a line in JavaScript.
  package mutating func appendJSONString(_ text: String) {
    append(UInt8(ascii: "\""))
    defer { append(UInt8(ascii: "\"")) }
    // Nearly all texts are names in ASCII, which need no look at their characters.
    if text.isPlainASCII { return append(contentsOf: text.utf8) }
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

extension String {
  /// Whether the text is printable ASCII that JSON does not escape.
  fileprivate var isPlainASCII: Bool {
    let bytes = utf8.span
    for index in bytes.indices {
      let byte = bytes[index]
      guard byte >= 0x20, byte < 0x7f, byte != 0x22, byte != 0x5c else { return false }
    }
    return true
  }
}
