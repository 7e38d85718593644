internal import Glibc

/// The abilities of the terminal behind a descriptor, or of the pipe or file that is there instead.
struct Terminal {
  /// Whether to use colours.
  var showsColour: Bool
  /// The columns of a line of prose. In a pipe it is 80, unless `COLUMNS` says otherwise.
  var width = 80
  /// Whether a person looks at a terminal. Only there, cells of tables are shortened to ``width``.
  var isTerminal = false

  /// A pipe or a file, without colours.
  static let plain = Terminal(showsColour: false, width: defaultWidth, isTerminal: false)

  static let defaultWidth = 80

  static func standardOutput(_ colour: ColourChoice = .auto) -> Terminal { of(STDOUT_FILENO, colour) }
  static func standardError(_ colour: ColourChoice = .auto) -> Terminal { of(STDERR_FILENO, colour) }

  /// Whether a line on standard error can be overwritten.
  static var rewritesStandardError: Bool { isatty(STDERR_FILENO) == 1 && !isDumb }

  /// Asks the descriptor and the environment.
  ///
  /// Without a choice, colours are used only on a terminal that has them, and if the user does not object
  /// (no-color.org).
  static func of(_ descriptor: Int32, _ colour: ColourChoice = .auto) -> Terminal {
    let isTerminal = isatty(descriptor) == 1
    let refuses = environment("NO_COLOR")?.isEmpty == false
    let showsColour =
      switch colour {
      case .always: true
      case .never: false
      case .auto: isTerminal && !refuses && !isDumb
      }
    return Terminal(
      showsColour: showsColour, width: columnsOfEnvironment ?? columns(of: descriptor) ?? defaultWidth,
      isTerminal: isTerminal)
  }

  /// The number of columns of a terminal; `nil` if the descriptor is none, or if the terminal does not know.
  ///
  /// C: `TIOCGWINSZ` in `asm-generic/ioctls.h`.
  static func columns(of descriptor: Int32) -> Int? {
    var size = winsize()
    // SAFETY: the call fills the structure and keeps nothing.
    let result = unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size)
    return result == 0 && size.ws_col > 1 ? Int(size.ws_col) : nil
  }

  /// `COLUMNS`, which people set to override the terminal. Nonsense in it does not count.
  private static var columnsOfEnvironment: Int? {
    environment("COLUMNS").flatMap(Int.init).flatMap { (20...10_000).contains($0) ? $0 : nil }
  }

  /// Whether the terminal knows no escape sequences.
  static var isDumb: Bool { environment("TERM").map { $0.isEmpty || $0 == "dumb" } ?? true }

  private static func environment(_ name: String) -> String? {
    // SAFETY: the pointer is copied at once, and nothing in this process changes the environment.
    guard let value = unsafe getenv(name) else { return nil }
    // SAFETY: getenv returns a terminated string.
    return unsafe String(cString: value)
  }
}
