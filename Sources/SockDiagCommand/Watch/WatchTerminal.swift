internal import Glibc

/// The descriptors of a terminal that can show a live table.
struct WatchTerminal {
  let input: Int32
  let output = STDOUT_FILENO
  let showsColour: Bool

  /// Fails if standard output is no terminal, or one without cursor movement. If standard input is something else, such as
  /// a filter, keys come from the terminal of the process.
  init?(_ colour: ColourChoice) {
    showsColour = Terminal.standardOutput(colour).showsColour
    guard isatty(STDOUT_FILENO) == 1, !Terminal.isDumb else { return nil }
    if isatty(STDIN_FILENO) == 1 {
      input = STDIN_FILENO
      return
    }
    // SAFETY: open copies the path, which is a literal.
    input = unsafe open("/dev/tty", O_RDONLY | O_CLOEXEC)
    if input < 0 { return nil }
  }
}
