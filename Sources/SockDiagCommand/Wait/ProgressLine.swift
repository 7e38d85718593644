internal import BindDiagnosis
internal import Glibc
internal import SockDiagWire

/// A line on the terminal that is rewritten in place, and removed at the end.
struct ProgressLine {
  /// The goal in words; `nil` for a hidden line.
  private let title: String?
  private var written: String?

  var isShown: Bool { title != nil }

  static let hidden = ProgressLine(title: nil)

  /// A line on standard error, if that is a terminal.
  init(_ title: String) { self.init(title: Terminal.rewritesStandardError ? title : nil) }

  private init(title: String?) { self.title = title }

  /// Shows a status.
  ///
  /// - Parameters:
  ///   - begin: When the look was made that found the status.
  ///   - deadline: When the wait ends.
  mutating func show(
    _ status: WaitStatus, since begin: ContinuousClock.Instant, until deadline: ContinuousClock.Instant
  ) {
    guard let title else { return }
    let now = ContinuousClock.now
    let left = status.expected.map { max($0 - begin.duration(to: now), .zero) }
    let text = Self.text(title, WaitText.obstacle(status.obstacle), expected: left, left: now.duration(to: deadline))
    guard text != written else { return }
    Self.write(
      Array("\r\(Self.line(text, width: Terminal.columns(of: STDERR_FILENO) ?? Terminal.defaultWidth))\u{1B}[K".utf8))
    written = text
  }

  /// The times come first, since a narrow terminal cuts the end off.
  static func text(_ title: String, _ obstacle: String, expected: Duration?, left: Duration) -> String {
    let expectation = expected.map { $0 > .zero ? "in \($0.words), " : "any moment, " } ?? ""
    return "waiting for \(title): \(expectation)\(left.words) left; \(obstacle)"
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
    return String(String(decoding: visible, as: UTF8.self).prefix(width - 1))
  }

  /// Ignores failures: a line that a terminal does not take would be out of date in a second.
  private static func write(_ bytes: [UInt8]) {
    // SAFETY: write reads at most the bytes of the array, during the call.
    _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
