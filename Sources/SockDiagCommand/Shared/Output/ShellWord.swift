/// Quoting for shells.
enum ShellWord {
  /// The text as one word of a shell line. Names of units contain `\x2d`, and those of containers any character.
  static func quoted(_ text: String) -> String {
    let isPlain =
      !text.isEmpty
      && text.utf8.allSatisfy {
        switch $0 {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: "-_.:@/".utf8.contains($0)
        }
      }
    return isPlain ? text : "'\(text.replacing("'", with: "'\\''"))'"
  }
}
