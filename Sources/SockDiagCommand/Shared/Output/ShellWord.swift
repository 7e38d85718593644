/// Words of a shell's command line.
enum ShellWord {
  /// A text as one word. Units have `\x2d` in their names, and a container's may be anything.
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
