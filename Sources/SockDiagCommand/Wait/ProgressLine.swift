internal import BindDiagnosis
internal import Glibc

/// A line on the terminal that is written anew in its place, and gone at the end.
struct ProgressLine {
  /// What is waited for; `nil` shows nothing.
  private let title: String?
  private var written: String?

  var isShown: Bool { title != nil }

  static let hidden = ProgressLine(title: nil)

  /// A line on standard error, if that is a terminal.
  init(_ title: String) { self.init(title: Terminal.rewritesStandardError ? title : nil) }

  private init(title: String?) { self.title = title }

  /// Shows how it stands.
  ///
  /// - Parameters:
  ///   - begin: When the prospect was that.
  ///   - deadline: When the wait is over.
  mutating func show(
    _ prospect: Prospect, since begin: ContinuousClock.Instant, until deadline: ContinuousClock.Instant
  ) {
    guard let title else { return }
    let now = ContinuousClock.now
    let left = prospect.expected.map { max($0 - begin.duration(to: now), .zero) }
    write(Self.text(title, prospect.obstacle, expected: left, left: now.duration(to: deadline)), width: Self.width)
  }

  /// The figures come first, for the line ends where the terminal does.
  static func text(_ title: String, _ obstacle: String, expected: Duration?, left: Duration) -> String {
    let expectation = expected.map { $0 > .zero ? "in \(TimeText.seconds($0)), " : "any moment, " } ?? ""
    return "waiting for \(title): \(expectation)\(TimeText.seconds(left)) left; \(obstacle)"
  }

  /// Takes the line away, before something else is written or at the end.
  mutating func clear() {
    if written != nil { Self.write(Array("\r\u{1B}[K".utf8)) }
    written = nil
  }

  private mutating func write(_ text: String, width: Int) {
    guard text != written else { return }
    var visible: [UInt8] = []
    visible.appendVisible(text.utf8)
    // A line that fills the terminal to its last column may be folded, and is not found again by a return.
    let line = String(decoding: visible, as: UTF8.self).prefix(width - 1)
    Self.write(Array("\r\(line)\u{1B}[K".utf8))
    written = text
  }

  private static var width: Int {
    var size = winsize()
    // SAFETY: the call fills the structure and keeps nothing.
    let result = unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size)
    return result == 0 && size.ws_col > 1 ? Int(size.ws_col) : 80
  }

  /// A terminal that takes no more right now misses a line that is out of date in a second.
  private static func write(_ bytes: [UInt8]) {
    // SAFETY: write reads at most the bytes of the array, during the call.
    _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
