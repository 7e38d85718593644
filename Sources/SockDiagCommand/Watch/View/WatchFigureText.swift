internal import SockDiag

/// Figures in a few columns.
enum WatchFigureText {
  /// A number to three digits: `0`, `999`, `1.23k`, `45.6M`; `-` if it is not known.
  static func scaled(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "-" }
    if value <= 0 { return "0" }
    if value < 0.95 { return "<1" }
    return value < 999.5 ? ShortNumber.fixed(value, places: 0) : ShortNumber.text(value, keepsZeros: true)
  }

  /// A rate of rare things: `0`, `0.5`, `12`, `1.23k`.
  static func rare(_ value: Double?) -> String {
    guard let value, value > 0, value < 9.95 else { return scaled(value) }
    return value < 0.05 ? "<0.1" : ShortNumber.fixed(value, places: 1)
  }

  /// A time in two units: `5s`, `4m12s`, `3h05m`, `2d04h`.
  static func age(_ age: Duration) -> String {
    let seconds = max(age.components.seconds, 0)
    switch seconds {
    case ..<60: return "\(seconds)s"
    case ..<3600: return "\(seconds / 60)m\(twoDigits(seconds % 60))s"
    case ..<86_400: return "\(seconds / 3600)h\(twoDigits(seconds / 60 % 60))m"
    default: return "\(seconds / 86_400)d\(twoDigits(seconds / 3600 % 24))h"
    }
  }

  /// A time to three digits: `35us`, `1.25ms`, `40.1s`.
  static func time(_ time: Duration?) -> String {
    time?.roundedText(keepsZeros: true) ?? "-"
  }

  /// An interval, as on the command line.
  static func interval(_ interval: Duration) -> String { DurationArgument.spelt(interval) }

  private static func twoDigits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

extension SocketState {
  /// The name in at most seven columns.
  func brief(isConnectionOriented: Bool) -> String {
    switch self {
    case .established: "estab"
    case .synSent: "syn-snt"
    case .synReceived, .newSynReceived: "syn-rcv"
    case .finWait1: "fin-w1"
    case .finWait2: "fin-w2"
    case .timeWait: "time-w"
    case .close: isConnectionOriented ? "close" : "unconn"
    case .closeWait: "close-w"
    case .lastAcknowledgement: "lst-ack"
    case .listen: "listen"
    case .closing: "closing"
    case .boundInactive: "bound"
    default: description
    }
  }
}
