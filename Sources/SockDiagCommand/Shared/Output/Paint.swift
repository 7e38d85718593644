/// A colour or another emphasis of text.
enum Paint: UInt8 {
  case none
  /// A state that serves: a listener, a free port.
  case good
  /// A state that passes: a connection that opens or closes, an answer that depends.
  case passing
  /// A state that hurts: a port in use, a full queue.
  case bad
  /// Less important text.
  case faint
  /// A heading.
  case strong

  /// Appends the start of the colour. C: ECMA-48 `SGR`.
  func appendStart(to text: inout [UInt8]) {
    switch self {
    case .none: return
    case .good: text.append(contentsOf: "\u{1b}[32m".utf8)
    case .passing: text.append(contentsOf: "\u{1b}[33m".utf8)
    case .bad: text.append(contentsOf: "\u{1b}[31m".utf8)
    case .faint: text.append(contentsOf: "\u{1b}[2m".utf8)
    case .strong: text.append(contentsOf: "\u{1b}[1m".utf8)
    }
  }

  func appendEnd(to text: inout [UInt8]) {
    if self != .none { text.append(contentsOf: "\u{1b}[0m".utf8) }
  }
}
