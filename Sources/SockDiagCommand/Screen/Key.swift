/// A key that somebody pressed on a terminal.
enum Key: Hashable {
  /// A character of text, a blank included.
  case character(Character)
  /// A letter together with the control key, in lower case.
  case control(Character)
  case up, down, left, right, pageUp, pageDown, home, end
  case enter, escape, backspace, delete, tab, backTab
}
