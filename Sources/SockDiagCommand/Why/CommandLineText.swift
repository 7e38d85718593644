internal import SocketOwners

/// Command lines of processes, for one line of a terminal.
enum CommandLineText {
  /// The arguments, separated by blanks; `nil` if they tell no more than the name.
  static func text(_ process: ProcessDetails) -> String? {
    let words = (process.arguments ?? []).filter { !$0.isEmpty }.map { String(decoding: $0, as: UTF8.self) }
    guard !words.isEmpty, words != [process.name] else { return nil }
    return words.joined(separator: " ")
  }

  /// The text in at most some columns, with `…` in its middle if it is longer.
  static func shortened(_ text: String, to columns: Int, _ kind: TablePage.Yielding = .text) -> String {
    guard columns > 2, Prose.columns(of: text) > columns else { return text }
    // Control characters take four columns each, so the text is made visible before it is cut.
    var (visible, shown): ([UInt8], [UInt8]) = ([], [])
    visible.appendVisible(text.utf8)
    ShortenedCell.append(visible[...], width: columns, kind, to: &shown)
    return String(decoding: shown, as: UTF8.self)
  }
}
