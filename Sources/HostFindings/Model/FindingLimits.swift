/// The thresholds of findings. They are chosen so that a healthy host has no findings.
public struct FindingLimits: Sendable, Hashable, Codable {
  /// The used part of a kernel limit, in percent. Above four fifths a burst is enough to reach the limit; below, there
  /// is time.
  public var sharePercent: Int = 80
  /// The number of sockets in CLOSE_WAIT of one process. A connection pool that notices late has a few. A leak has more
  /// every hour and reaches any threshold, so a low one would only report pools.
  public var closeWaitCount: Int = 20
  /// How long a socket may be in CLOSE_WAIT. A healthy program closes it within milliseconds, or after it has answered
  /// a request; no client waits a minute for an answer.
  public var closeWaitAge: Duration = .seconds(60)
  /// The part of the port range that connections may use before a listener in the range is in danger, in percent. It is
  /// the chance that the port is taken while its listener is away: at 5, one long restart in twenty fails. A desktop
  /// uses less than one percent.
  public var rangeUsePercent: Int = 5

  /// Creates the limits that the command uses.
  public init() {}
}

/// Compares and formats figures of any size, which come from files.
enum Share {
  /// Whether a figure is at least this percentage of a limit that is not 0.
  static func reaches(_ figure: some BinaryInteger, _ percent: Int, of limit: some BinaryInteger) -> Bool {
    let (figure, limit) = (UInt128(clamping: figure), UInt128(clamping: limit))
    return limit > 0 && figure * 100 >= limit * UInt128(clamping: percent)
  }

  /// The percentage, rounded down.
  static func percent(_ figure: some BinaryInteger, of limit: some BinaryInteger) -> String {
    let (figure, limit) = (UInt128(clamping: figure), UInt128(clamping: limit))
    return limit == 0 ? "-" : "\(figure * 100 / limit) %"
  }
}
