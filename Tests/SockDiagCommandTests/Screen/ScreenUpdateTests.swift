import SockDiagTestKit
import Testing

@testable import SockDiagCommand

/// What is written to a terminal from frame to frame.
struct ScreenUpdateTests {
  private static func bytes(_ new: ScreenFrame, over old: ScreenFrame?) -> [UInt8] {
    var bytes: [UInt8] = []
    ScreenUpdate.append(new, over: old, to: &bytes)
    return bytes
  }

  private static func frame(_ lines: [String], columns: Int = 20) -> ScreenFrame {
    var frame = ScreenFrame(columns: columns, rows: lines.count)
    for (row, line) in lines.enumerated() { frame.put(line, row: row, column: 0) }
    return frame
  }

  /// Words of one and two columns, with marks, in every paint, at random places.
  private static func change(_ frame: inout ScreenFrame, _ random: inout SeededGenerator) {
    let words = ["a", "word", "漢字", "e\u{301}", "▁▂█", "     ", "…", "0", "x\u{20dd}漢", ""]
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      frame.put(
        words.randomElement(using: &random) ?? "", row: Int.random(in: 0..<frame.rows, using: &random),
        column: Int.random(in: 0..<frame.columns, using: &random),
        Paint(rawValue: UInt8.random(in: 0...5, using: &random)) ?? .none,
        isInverse: Int.random(in: 0..<4, using: &random) == 0)
      if Int.random(in: 0..<9, using: &random) == 0 {
        frame.invert(row: Int.random(in: 0..<frame.rows, using: &random))
      }
    }
  }

  @Test(arguments: 0..<200)
  func terminalShowsTheLastFrame(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let (columns, rows) = (Int.random(in: 1...40, using: &random), Int.random(in: 1...8, using: &random))
    var terminal = EmulatedTerminal(columns: columns, rows: rows)
    var shown: ScreenFrame?
    var frame = ScreenFrame(columns: columns, rows: rows)
    for step in 0..<20 {
      if Int.random(in: 0..<5, using: &random) == 0 { frame = ScreenFrame(columns: columns, rows: rows) }
      Self.change(&frame, &random)
      terminal.write(Self.bytes(frame, over: shown))
      shown = frame
      #expect(terminal.unknown == [], "seed \(seed), step \(step)")
      #expect(terminal.lines == EmulatedTerminal.lines(of: frame), "seed \(seed), step \(step)")
    }
  }

  @Test func equalFramesNeedNoBytes() {
    let frame = Self.frame(["some", "text"])
    #expect(Self.bytes(frame, over: frame) == [])
  }

  @Test func onlyWhatChangedIsWritten() {
    let old = Self.frame(["10:00:01  in 12 kB/s", "tcp 10.0.0.1:80"])
    let new = Self.frame(["10:00:02  in 13 kB/s", "tcp 10.0.0.1:80"])
    #expect(String(decoding: Self.bytes(new, over: old), as: UTF8.self) == "\u{1b}[1;8H2\u{1b}[1;15H3")
  }

  @Test func lineThatBecomesShorterIsErased() {
    let bytes = Self.bytes(Self.frame(["short"]), over: Self.frame(["short and long"]))
    #expect(String(decoding: bytes, as: UTF8.self) == "\u{1b}[1;7H\u{1b}[K")
  }

  @Test func otherSizeIsWrittenWhole() {
    let bytes = Self.bytes(Self.frame(["text"], columns: 10), over: Self.frame(["text"]))
    #expect(String(decoding: bytes, as: UTF8.self) == "\u{1b}[0m\u{1b}[H\u{1b}[2J\u{1b}[1;1Htext")
  }

  @Test func textEndsAtTheEdgeAndAtItsLimit() {
    var frame = ScreenFrame(columns: 6, rows: 1)
    #expect(frame.put("漢字漢字", row: 0, column: 1) == 5)
    #expect(frame.text == [" 漢字"])
    #expect(frame.put("abcdef", row: 0, column: 0, limit: 3) == 3)
    frame.put("outside", row: 1, column: 0)
    frame.put("outside", row: -1, column: 0)
    frame.put("outside", row: 0, column: 6)
    #expect(frame.text[0].hasPrefix("abc"))
  }

  @Test func controlCharactersBecomeVisible() {
    var frame = ScreenFrame(columns: 20, rows: 1)
    frame.put("a\u{1b}[31m\u{9b}b", row: 0, column: 0)
    #expect(frame.text == ["a\\x1b[31m\\xc2\\x9bb"])
  }
}
