internal import Glibc

/// A line on a terminal's standard error that is rewritten in place, and removed at the end.
struct StatusLine {
  private var written: String?

  /// Whether standard error can show such a line.
  static var isPossible: Bool { Terminal.rewritesStandardError }

  /// Shows a text in place of the last one.
  mutating func show(_ text: String) {
    guard text != written else { return }
    let width = Terminal.columns(of: STDERR_FILENO) ?? Terminal.defaultWidth
    Self.write(Array("\r\(Self.line(text, width: width))\u{1B}[K".utf8))
    written = text
  }

  /// Removes the line, before something else is written or at the end.
  mutating func clear() {
    if written != nil { Self.write(Array("\r\u{1B}[K".utf8)) }
    written = nil
  }

  /// The part of a text that fits on a terminal, with control characters made visible.
  ///
  /// The last column stays empty: some terminals fold a line that fills it, and a carriage return does not get back to its
  /// beginning.
  static func line(_ text: String, width: Int) -> String {
    var visible: [UInt8] = []
    visible.appendVisible(text.utf8)
    return String(decoding: DisplayWidth.prefix(of: visible, columns: width - 1), as: UTF8.self)
  }

  /// Ignores failures: a line that a terminal does not take would be out of date in a second.
  private static func write(_ bytes: [UInt8]) {
    // SAFETY: write reads at most the bytes of the array, during the call.
    _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
