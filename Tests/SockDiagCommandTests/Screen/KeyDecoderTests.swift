import Testing

@testable import SockDiagCommand

/// Keys in the bytes of a terminal.
struct KeyDecoderTests {
  /// What a key sends, on the terminals of today.
  private static let sequences: [(bytes: String, key: Key?)] = [
    ("a", .character("a")), (" ", .character(" ")), ("é", .character("é")), ("漢", .character("漢")),
    ("😀", .character("😀")), ("\r", .enter), ("\n", .enter), ("\t", .tab), ("\u{7f}", .backspace),
    ("\u{08}", .backspace), ("\u{01}", .control("a")), ("\u{1a}", .control("z")), ("\u{1b}[A", .up),
    ("\u{1b}[B", .down), ("\u{1b}[C", .right), ("\u{1b}[D", .left), ("\u{1b}OA", .up), ("\u{1b}OD", .left),
    ("\u{1b}[H", .home), ("\u{1b}[F", .end), ("\u{1b}OH", .home), ("\u{1b}[1~", .home), ("\u{1b}[4~", .end),
    ("\u{1b}[7~", .home), ("\u{1b}[8~", .end), ("\u{1b}[3~", .delete), ("\u{1b}[5~", .pageUp),
    ("\u{1b}[6~", .pageDown), ("\u{1b}[Z", .backTab), ("\u{1b}[1;5A", .up), ("\u{1b}[3;5~", .delete),
    // Keys that mean nothing here: F5, F1 of the Linux console, a report of the mouse.
    ("\u{1b}[15~", nil), ("\u{1b}[[A", nil), ("\u{1b}[<0;1;2M", nil), ("\u{1b}OP", nil), ("\u{00}", nil),
    // Alt with a key.
    ("\u{1b}x", .character("x")),
  ]

  @Test func everySequenceIsItsKey() {
    for (bytes, key) in Self.sequences {
      var decoder = KeyDecoder()
      #expect(decoder.keys(adding: bytes.utf8) == [key].compactMap(\.self), "\(bytes.debugDescription)")
      #expect(!decoder.isWaiting, "\(bytes.debugDescription)")
    }
  }

  @Test func sequenceMayArriveInAnyPieces() {
    for (bytes, key) in Self.sequences {
      let bytes = Array(bytes.utf8)
      // Each bit says whether a piece ends behind that byte.
      for cuts in 0..<(1 << max(bytes.count - 1, 0)) {
        var decoder = KeyDecoder()
        var keys: [Key] = []
        var start = 0
        for end in 1...bytes.count where end == bytes.count || cuts >> (end - 1) & 1 == 1 {
          keys += decoder.keys(adding: bytes[start..<end])
          start = end
        }
        #expect(keys == [key].compactMap(\.self), "\(bytes) in pieces \(cuts)")
        #expect(!decoder.isWaiting)
      }
    }
  }

  @Test func keysFollowEachOther() {
    var decoder = KeyDecoder()
    let all = Self.sequences.map(\.bytes).joined()
    #expect(decoder.keys(adding: all.utf8) == Self.sequences.compactMap(\.key))
  }

  @Test func escapeByItselfNeedsThatNothingFollows() {
    var decoder = KeyDecoder()
    #expect(decoder.keys(adding: [0x1b]) == [] && decoder.isWaiting)
    #expect(decoder.flush() == [.escape] && !decoder.isWaiting)
    #expect(decoder.keys(adding: [0x1b, 0x1b]) == [.escape] && decoder.isWaiting)
    #expect(decoder.keys(adding: "[A".utf8) == [.up])
  }

  @Test func sequenceThatIsCutOffIsDropped() {
    var decoder = KeyDecoder()
    #expect(decoder.keys(adding: "\u{1b}[1;".utf8) == [] && decoder.isWaiting)
    #expect(decoder.flush() == [] && !decoder.isWaiting)
    // The next key begins at once.
    #expect(decoder.keys(adding: "\u{1b}[1;\u{1b}[B".utf8) == [.down])
    #expect(decoder.keys(adding: "\u{1b}[\rq".utf8) == [.enter, .character("q")])
  }

  @Test func bytesThatAreNoTextAreSkipped() {
    var decoder = KeyDecoder()
    #expect(decoder.keys(adding: [0xff, 0x61, 0xc3, 0x28, 0xe6, 0xbc]) == [.character("a"), .character("(")])
    #expect(decoder.isWaiting)
    #expect(decoder.flush() == [])
    // Overlong and surrogates.
    #expect(decoder.keys(adding: [0xc0, 0x80, 0xed, 0xa0, 0x80, 0x62]) == [.character("b")])
  }
}
