internal import PortControl
internal import SockDiagWire

/// The line that shows how a wait goes.
struct ProgressLine {
  /// The goal in words; `nil` for a hidden line.
  private let title: String?
  private var line = StatusLine()

  var isShown: Bool { title != nil }

  static let hidden = ProgressLine(title: nil)

  /// A line on standard error, if that is a terminal.
  init(_ title: String) { self.init(title: StatusLine.isPossible ? title : nil) }

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
    line.show(text)
  }

  /// The times come first, since a narrow terminal cuts the end off.
  static func text(_ title: String, _ obstacle: String, expected: Duration?, left: Duration) -> String {
    let expectation = expected.map { $0 > .zero ? "in \($0.words), " : "any moment, " } ?? ""
    return "waiting for \(title): \(expectation)\(left.words) left; \(obstacle)"
  }

  /// Removes the line, before something else is written or at the end.
  mutating func clear() { line.clear() }
}
