internal import Glibc

/// The abilities of a terminal.
struct Terminal {
  /// Whether to use colours: only on a terminal that has them, and if the user does not object (no-color.org).
  var showsColour: Bool

  static let plain = Terminal(showsColour: false)

  static var standardOutput: Terminal { of(STDOUT_FILENO) }
  static var standardError: Terminal { of(STDERR_FILENO) }

  /// Whether a line on standard error can be overwritten.
  static var rewritesStandardError: Bool { isatty(STDERR_FILENO) == 1 && !isDumb }

  static func of(_ descriptor: Int32) -> Terminal {
    let refuses = environment("NO_COLOR")?.isEmpty == false
    return Terminal(showsColour: isatty(descriptor) == 1 && !refuses && !isDumb)
  }

  private static var isDumb: Bool { environment("TERM").map { $0.isEmpty || $0 == "dumb" } ?? true }

  private static func environment(_ name: String) -> String? {
    // SAFETY: the pointer is copied at once, and nothing in this process changes the environment.
    guard let value = unsafe getenv(name) else { return nil }
    // SAFETY: getenv returns a terminated string.
    return unsafe String(cString: value)
  }
}
