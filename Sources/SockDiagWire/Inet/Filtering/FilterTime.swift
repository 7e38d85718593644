/// A time in a comparison that makes a filter: `.smoothedRTT > .milliseconds(50)`.
public struct FilterTime: Hashable, Sendable {
  let figure: FilterFigure

  init(_ figure: FilterFigure) { self.figure = figure }

  /// ``TCPInfo/smoothedRTT``.
  public static let smoothedRTT = FilterTime(FilterFigure.smoothedRTT)

  /// A negative time is below every figure; one of more than 292,000 years is above every figure.
  private static func microseconds(_ time: Duration) -> UInt64 {
    let (seconds, attoseconds) = time.components
    if seconds < 0 { return 0 }
    let (product, isTooLarge) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000)
    let (sum, isStillTooLarge) = product.addingReportingOverflow(UInt64(max(attoseconds, 0) / 1_000_000_000_000))
    return isTooLarge || isStillTooLarge ? .max : sum
  }

  /// Sockets whose time is below another.
  public static func < (left: FilterTime, right: Duration) -> SocketFilter {
    SocketFilter(left.figure.filter(.less, microseconds(right)))
  }
  /// Sockets whose time is at most another.
  public static func <= (left: FilterTime, right: Duration) -> SocketFilter {
    SocketFilter(left.figure.filter(.lessOrEqual, microseconds(right)))
  }
  /// Sockets whose time is above another.
  public static func > (left: FilterTime, right: Duration) -> SocketFilter {
    SocketFilter(left.figure.filter(.greater, microseconds(right)))
  }
  /// Sockets whose time is at least another.
  public static func >= (left: FilterTime, right: Duration) -> SocketFilter {
    SocketFilter(left.figure.filter(.greaterOrEqual, microseconds(right)))
  }
}
