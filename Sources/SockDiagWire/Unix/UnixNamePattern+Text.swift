extension UnixNamePattern: LosslessStringConvertible {
  /// The pattern as one word of printable ASCII, from which `init(_:)` makes the same pattern. Allocates.
  public var description: String {
    var text: [UInt8] = []
    for (index, element) in elements.enumerated() {
      switch element {
      case .abstractSign: text.append(UInt8(ascii: "@"))
      case .byte(let byte): Self.append(byte, isFirst: index == 0, to: &text)
      case .anyByte: text.append(UInt8(ascii: "?"))
      case .anyBytes: text.append(UInt8(ascii: "*"))
      case .set(let ranges, let isNegated): Self.append(ranges, isNegated, to: &text)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func append(_ byte: UInt8, isFirst: Bool, to text: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "\\"): text.append(contentsOf: [byte, byte])
    case UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "["), 0...0x20, 0x7f...: text.appendEscaped(byte)
    case UInt8(ascii: "@") where isFirst: text.appendEscaped(byte)
    default: text.append(byte)
    }
  }

  private static func append(_ ranges: [ClosedRange<UInt8>], _ isNegated: Bool, to text: inout [UInt8]) {
    text.append(contentsOf: (isNegated ? "[!" : "[").utf8)
    for range in ranges {
      appendMember(range.lowerBound, to: &text)
      if range.count == 1 { continue }
      text.append(UInt8(ascii: "-"))
      appendMember(range.upperBound, to: &text)
    }
    text.append(UInt8(ascii: "]"))
  }

  /// Appends a byte of a set: letters, digits and a few signs as they are, anything else as `\xHH`.
  private static func appendMember(_ byte: UInt8, to text: inout [UInt8]) {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "@"), UInt8(ascii: ":"):
      text.append(byte)
    default: text.appendEscaped(byte)
    }
  }

  /// Reads a pattern; `nil` if it is empty, or if an escape or a set is incomplete.
  public init?(_ text: String) { try? self.init(parsing: text) }

  /// Reads a pattern.
  ///
  /// - Throws: ``UnixNamePatternFault``.
  init(parsing text: String) throws(UnixNamePatternFault) {
    var rest = Array(text.utf8)[...]
    if rest.isEmpty { throw .empty }
    var elements: [Element] = []
    if rest.first == UInt8(ascii: "@") {
      elements.append(.abstractSign)
      rest.removeFirst()
    }
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "*"):
        // Several stars are one.
        if elements.last != .anyBytes { elements.append(.anyBytes) }
      case UInt8(ascii: "?"): elements.append(.anyByte)
      case UInt8(ascii: "["): elements.append(try Self.set(&rest))
      case UInt8(ascii: "\\"):
        guard let value = rest.popEscape() else { throw .escape }
        elements.append(.byte(value))
      default: elements.append(.byte(byte))
      }
    }
    self.init(elements: elements)
  }

  /// Reads a set behind its bracket. A bracket that closes it at once is a member, as in a shell.
  private static func set(_ rest: inout ArraySlice<UInt8>) throws(UnixNamePatternFault) -> Element {
    var ranges: [ClosedRange<UInt8>] = []
    let isNegated = rest.first == UInt8(ascii: "!") || rest.first == UInt8(ascii: "^")
    if isNegated { rest.removeFirst() }
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "]"), !ranges.isEmpty { return .set(ranges, isNegated: isNegated) }
      let low = try member(byte, &rest)
      guard rest.first == UInt8(ascii: "-"), let next = rest.dropFirst().first, next != UInt8(ascii: "]") else {
        ranges.append(low...low)
        continue
      }
      rest.removeFirst(2)
      let high = try member(next, &rest)
      if high < low { throw .range }
      ranges.append(low...high)
    }
    throw .set
  }

  private static func member(
    _ byte: UInt8, _ rest: inout ArraySlice<UInt8>
  ) throws(UnixNamePatternFault) -> UInt8 {
    guard byte == UInt8(ascii: "\\") else { return byte }
    guard let value = rest.popEscape() else { throw .escape }
    return value
  }
}

/// The reason why a text is not a pattern.
enum UnixNamePatternFault: Error {
  case empty
  /// A backslash has nothing behind it, or `\x` fewer than two digits.
  case escape
  /// A set has no end.
  case set
  /// The ends of a range are in the wrong order.
  case range

  /// What is wrong, and what to write instead.
  var explanation: String {
    switch self {
    case .empty: "the name is empty; write a path, @NAME for an abstract name, or * for any"
    case .escape: "a backslash begins \\xHH or stands before one character; write \\\\ for a backslash"
    case .set: "a '[' has no ']'; write \\[ for the bracket itself"
    case .range: "the ends of a range are in the wrong order; write the lower one first"
    }
  }
}
