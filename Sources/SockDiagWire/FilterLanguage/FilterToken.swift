/// A word or a sign in a filter's text.
struct FilterToken: Hashable {
  enum Kind: Hashable {
    case openParenthesis, closeParenthesis
    case and, or, not
    case comparison(FilterFigure.Comparison)
    /// Any other word, without its quotes.
    case word
    case unclosedQuote
    case end
  }

  var kind: Kind
  /// Its range, in bytes.
  var range: Range<Int>
  /// Its text, without quotes.
  var text: String
}

/// Splits a filter's text into tokens.
///
/// Signs need no blanks around them; a word ends at a blank or a sign. A word that contains such characters is written
/// in single or double quotes.
struct FilterLexer {
  private let bytes: [UInt8]
  private var offset = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private static let words: [String: FilterToken.Kind] = [
    "and": .and, "or": .or, "not": .not,
    "eq": .comparison(.equal), "ne": .comparison(.unequal), "neq": .comparison(.unequal),
    "lt": .comparison(.less), "le": .comparison(.lessOrEqual), "leq": .comparison(.lessOrEqual),
    "gt": .comparison(.greater), "ge": .comparison(.greaterOrEqual), "geq": .comparison(.greaterOrEqual),
  ]

  /// Whether a word joins, negates or compares.
  static func isOperator(_ word: String) -> Bool { words[word] != nil }

  mutating func next() -> FilterToken {
    while offset < bytes.count, Self.isBlank(bytes[offset]) { offset += 1 }
    let start = offset
    guard start < bytes.count else { return FilterToken(kind: .end, range: start..<start, text: "") }
    let kind: FilterToken.Kind
    switch bytes[start] {
    case UInt8(ascii: "("): kind = take(1, .openParenthesis)
    case UInt8(ascii: ")"): kind = take(1, .closeParenthesis)
    case UInt8(ascii: "&"): kind = take(isFollowed(by: "&") ? 2 : 1, .and)
    case UInt8(ascii: "|"): kind = take(isFollowed(by: "|") ? 2 : 1, .or)
    case UInt8(ascii: "!"): kind = isFollowed(by: "=") ? take(2, .comparison(.unequal)) : take(1, .not)
    case UInt8(ascii: "="): kind = take(isFollowed(by: "=") ? 2 : 1, .comparison(.equal))
    case UInt8(ascii: "<"):
      kind = isFollowed(by: "=") ? take(2, .comparison(.lessOrEqual)) : take(1, .comparison(.less))
    case UInt8(ascii: ">"):
      kind = isFollowed(by: "=") ? take(2, .comparison(.greaterOrEqual)) : take(1, .comparison(.greater))
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return quoted(bytes[start])
    default:
      while offset < bytes.count, !Self.endsWord(bytes[offset]) { offset += 1 }
      let text = text(start..<offset)
      return FilterToken(kind: Self.words[text] ?? .word, range: start..<offset, text: text)
    }
    return FilterToken(kind: kind, range: start..<offset, text: text(start..<offset))
  }

  private mutating func take(_ count: Int, _ kind: FilterToken.Kind) -> FilterToken.Kind {
    offset += count
    return kind
  }

  private func isFollowed(by character: Unicode.Scalar) -> Bool {
    offset + 1 < bytes.count && bytes[offset + 1] == UInt8(ascii: character)
  }

  private mutating func quoted(_ quote: UInt8) -> FilterToken {
    let start = offset
    guard let end = bytes[(start + 1)...].firstIndex(of: quote) else {
      offset = bytes.count
      return FilterToken(kind: .unclosedQuote, range: start..<offset, text: text(start..<offset))
    }
    offset = end + 1
    return FilterToken(kind: .word, range: start..<offset, text: text(start + 1..<end))
  }

  private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

  /// A jump table instead of a search, because it is used for every byte of the text.
  static func endsWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "&"), UInt8(ascii: "|"), UInt8(ascii: "!"),
      UInt8(ascii: "="), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"):
      true
    default: isBlank(byte)
    }
  }
}
