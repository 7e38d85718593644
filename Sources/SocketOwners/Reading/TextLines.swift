/// Finds lines and words in the texts of proc, without copying them.
package enum TextLines {
  /// Calls `body` with the range of each line, without its newline.
  package static func forEach(_ text: Span<UInt8>, _ body: (Range<Int>) -> Void) {
    var start = 0
    while start < text.count {
      var end = start
      while end < text.count, text[end] != 0x0a { end &+= 1 }
      body(start..<end)
      start = end &+ 1
    }
  }

  /// The place of the first word in a range; empty if there is none.
  package static func word(_ text: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
    var start = range.lowerBound
    while start < range.upperBound, isBlank(text[start]) { start &+= 1 }
    var end = start
    while end < range.upperBound, !isBlank(text[end]) { end &+= 1 }
    return start..<end
  }

  /// The place of the first word after a name, if the line begins with the name.
  package static func value(of name: String, _ text: Span<UInt8>, _ line: Range<Int>) -> Range<Int>? {
    var index = line.lowerBound
    for byte in name.utf8 {
      guard index < line.upperBound, text[index] == byte else { return nil }
      index &+= 1
    }
    return word(text, index..<line.upperBound)
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
