import Testing

@testable import SockDiagCommand

/// A line that is being typed.
struct LineEditorTests {
  private static func typed(_ text: String, _ keys: [Key], history: [String] = []) -> LineEditor {
    var editor = LineEditor(text, history: history)
    for key in keys { _ = editor.handle(key) }
    return editor
  }

  @Test func characterGoesBeforeTheCursor() {
    let editor = Self.typed("ac", [.left, .character("b")])
    #expect(editor.text == "abc" && editor.cursor == 2)
  }

  @Test func cursorStaysInTheLine() {
    #expect(Self.typed("ab", [.right, .right]).cursor == 2)
    #expect(Self.typed("ab", [.left, .left, .left]).cursor == 0)
    #expect(Self.typed("ab", [.home]).cursor == 0)
    #expect(Self.typed("ab", [.home, .end]).cursor == 2)
  }

  @Test func erasing() {
    #expect(Self.typed("abc", [.backspace]).text == "ab")
    #expect(Self.typed("abc", [.home, .backspace]).text == "abc")
    #expect(Self.typed("abc", [.home, .delete]).text == "bc")
    #expect(Self.typed("abc", [.delete]).text == "abc")
    #expect(Self.typed("one two  ", [.control("w")]).text == "one ")
    #expect(Self.typed("one two", [.home, .right, .control("k")]).text == "o")
    let rest = Self.typed("one two", [.left, .control("u")])
    #expect(rest.text == "o" && rest.cursor == 0)
  }

  @Test func earlierLinesComeBack() {
    let history = ["first", "second"]
    #expect(Self.typed("new", [.up], history: history).text == "second")
    #expect(Self.typed("new", [.up, .up, .up], history: history).text == "first")
    #expect(Self.typed("new", [.up, .up, .down], history: history).text == "second")
    #expect(Self.typed("new", [.up, .up, .down, .down, .down], history: history).text == "new")
    #expect(Self.typed("new", [.up, .character("!"), .down], history: history).text == "new")
  }

  @Test func otherKeysDoNotEdit() {
    var editor = LineEditor("a")
    for key in [Key.escape, .enter, .pageUp, .tab, .control("z")] {
      let isEdit = editor.handle(key)
      #expect(!isEdit)
    }
    #expect(editor == LineEditor("a"))
  }
}
