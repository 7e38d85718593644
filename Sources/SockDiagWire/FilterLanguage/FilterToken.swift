/// A word or a sign in a filter's text.
struct FilterToken: Hashable {
  enum Kind: Hashable {
    case openParenthesis, closeParenthesis
    case and, or, not
    case comparison(FilterFigure.Comparison)
    /// `~` or `!~`, before a regular expression.
    case match(isNegated: Bool)
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
/// in single or double quotes; quoted parts that touch are one word, so that it can contain both. A regular expression
/// ends only at a blank, or at a parenthesis that closes none of its own.
struct FilterLexer {
  private let bytes: [UInt8]
  private var offset = 0
  /// Whether a regular expression is next.
  private var expectsPattern = false

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
    if expectsPattern {
      expectsPattern = false
      if let pattern = unquotedPattern() { return pattern }
    }
    let kind: FilterToken.Kind
    switch bytes[start] {
    case UInt8(ascii: "("): kind = take(1, .openParenthesis)
    case UInt8(ascii: ")"): kind = take(1, .closeParenthesis)
    case UInt8(ascii: "&"): kind = take(isFollowed(by: "&") ? 2 : 1, .and)
    case UInt8(ascii: "|"): kind = take(isFollowed(by: "|") ? 2 : 1, .or)
    case UInt8(ascii: "!"):
      kind =
        isFollowed(by: "=")
        ? take(2, .comparison(.unequal)) : isFollowed(by: "~") ? takeMatch(2, isNegated: true) : take(1, .not)
    case UInt8(ascii: "="):
      kind =
        isFollowed(by: "~")
        ? takeMatch(2, isNegated: false) : take(isFollowed(by: "=") ? 2 : 1, .comparison(.equal))
    case UInt8(ascii: "~"): kind = takeMatch(1, isNegated: false)
    case UInt8(ascii: "<"):
      kind = isFollowed(by: "=") ? take(2, .comparison(.lessOrEqual)) : take(1, .comparison(.less))
    case UInt8(ascii: ">"):
      kind = isFollowed(by: "=") ? take(2, .comparison(.greaterOrEqual)) : take(1, .comparison(.greater))
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return quoted()
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

  private mutating func takeMatch(_ count: Int, isNegated: Bool) -> FilterToken.Kind {
    expectsPattern = true
    return take(count, .match(isNegated: isNegated))
  }

  /// A regular expression without quotes; `nil` if there is none.
  private mutating func unquotedPattern() -> FilterToken? {
    let start = offset
    if Self.isQuote(bytes[start]) { return nil }
    var depth = 0
    var end = start
    while end < bytes.count, !Self.isBlank(bytes[end]) {
      switch bytes[end] {
      case UInt8(ascii: "\\"): end += 1
      case UInt8(ascii: "["): end = endOfSet(end)
      case UInt8(ascii: "("): depth += 1
      case UInt8(ascii: ")"): depth -= 1
      default: break
      }
      if depth < 0 { break }
      end += 1
    }
    end = min(end, bytes.count)
    if end == start { return nil }
    offset = end
    return FilterToken(kind: .word, range: start..<end, text: text(start..<end))
  }

  /// The offset of the bracket that closes the one at `start`, or of the last byte before a blank.
  private func endOfSet(_ start: Int) -> Int {
    var offset = start + 1
    if offset < bytes.count, bytes[offset] == UInt8(ascii: "^") { offset += 1 }
    let first = offset
    while offset < bytes.count, !Self.isBlank(bytes[offset]) {
      switch bytes[offset] {
      case UInt8(ascii: "\\"): offset += 1
      case UInt8(ascii: "]") where offset > first: return offset
      case UInt8(ascii: "[") where offset + 1 < bytes.count && bytes[offset + 1] == UInt8(ascii: ":"):
        // A class such as [:alpha:].
        while offset + 1 < bytes.count, !Self.isBlank(bytes[offset + 1]), bytes[offset + 1] != UInt8(ascii: "]") {
          offset += 1
        }
        offset += 1
      default: break
      }
      offset += 1
    }
    return min(offset, bytes.count) - 1
  }

  private func isFollowed(by character: Unicode.Scalar) -> Bool {
    offset + 1 < bytes.count && bytes[offset + 1] == UInt8(ascii: character)
  }

  private mutating func quoted() -> FilterToken {
    let start = offset
    var parts = ""
    while offset < bytes.count, Self.isQuote(bytes[offset]) {
      guard let end = bytes[(offset + 1)...].firstIndex(of: bytes[offset]) else {
        let start = offset
        offset = bytes.count
        return FilterToken(kind: .unclosedQuote, range: start..<offset, text: text(start..<offset))
      }
      parts += text(offset + 1..<end)
      offset = end + 1
    }
    return FilterToken(kind: .word, range: start..<offset, text: parts)
  }

  /// Where a byte of a token's text stands in the token itself, which has the quotes too.
  static func offset(of position: Int, in token: ArraySlice<UInt8>) -> Int {
    guard var quote = token.first, isQuote(quote) else { return position }
    var left = position
    var isInside = false
    for (offset, byte) in token.enumerated() {
      if isInside ? byte == quote : isQuote(byte) {
        quote = byte
        isInside.toggle()
      } else if left == 0 {
        return offset
      } else {
        left -= 1
      }
    }
    return token.count - 1
  }

  private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  private static func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

  /// A jump table instead of a search, because it is used for every byte of the text.
  static func endsWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "&"), UInt8(ascii: "|"), UInt8(ascii: "!"),
      UInt8(ascii: "="), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "~"), UInt8(ascii: "\""),
      UInt8(ascii: "'"):
      true
    default: isBlank(byte)
    }
  }
}
