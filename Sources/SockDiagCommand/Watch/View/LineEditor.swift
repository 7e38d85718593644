/// A line of text that is being typed.
struct LineEditor: Hashable {
  private(set) var characters: [Character]
  /// The place before which the next character goes.
  private(set) var cursor: Int
  /// Earlier lines, the newest last.
  private let history: [String]
  /// The place in the history; its count for the line that was being typed.
  private var place: Int
  /// What was typed before the history was looked through.
  private var typed: [Character]

  init(_ text: String, history: [String] = []) {
    characters = Array(text)
    cursor = characters.count
    self.history = history
    place = history.count
    typed = characters
  }

  var text: String { String(characters) }

  /// Moves the cursor before a character, counted from 0.
  mutating func moveCursor(to position: Int) { cursor = min(max(position, 0), characters.count) }

  /// Applies a key.
  ///
  /// - Returns: Whether the key is one that edits.
  mutating func handle(_ key: Key) -> Bool {
    switch key {
    case .character(let character):
      characters.insert(character, at: cursor)
      cursor += 1
    case .backspace, .control("h"):
      if cursor > 0 {
        cursor -= 1
        characters.remove(at: cursor)
      }
    case .delete, .control("d"): if cursor < characters.count { characters.remove(at: cursor) }
    case .left, .control("b"): cursor = max(cursor - 1, 0)
    case .right, .control("f"): cursor = min(cursor + 1, characters.count)
    case .home, .control("a"): cursor = 0
    case .end, .control("e"): cursor = characters.count
    case .control("u"):
      characters.removeFirst(cursor)
      cursor = 0
    case .control("k"): characters.removeLast(characters.count - cursor)
    case .control("w"): removeWord()
    case .up, .control("p"): recall(place - 1)
    case .down, .control("n"): recall(place + 1)
    default: return false
    }
    return true
  }

  /// Removes the word before the cursor, and the blanks behind it.
  private mutating func removeWord() {
    var start = cursor
    while start > 0, characters[start - 1] == " " { start -= 1 }
    while start > 0, characters[start - 1] != " " { start -= 1 }
    characters.removeSubrange(start..<cursor)
    cursor = start
  }

  private mutating func recall(_ next: Int) {
    guard next >= 0, next <= history.count, next != place else { return }
    if place == history.count { typed = characters }
    place = next
    characters = next == history.count ? typed : Array(history[next])
    cursor = characters.count
  }
}
