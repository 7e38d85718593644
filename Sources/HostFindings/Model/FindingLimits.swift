/// From where on something is a finding. The values are chosen so that a host on which nothing is wrong is silent.
public struct FindingLimits: Sendable, Hashable {
  /// How much of a limit of the kernel may be used up, in percent of it. Above four fifths a burst is enough to reach
  /// the limit, and below there is time.
  public var sharePercent: Int = 80
  /// How many sockets in CLOSE_WAIT a process may have. A pool of connections that notices late has a handful, and a leak
  /// has more every hour, so that it passes any limit; a low one would report the pool.
  public var closeWaitCount: Int = 20
  /// How long a socket may be in CLOSE_WAIT. A program that attends to a socket closes it within milliseconds, one that
  /// still answers a request within its time; nobody waits a minute for an answer.
  public var closeWaitAge: Duration = .seconds(60)
  /// How much of the range from which the kernel chooses ports connections may use before a listener in that range is in
  /// danger, in percent. It is about the chance that a port is taken while its listener is away: at 5, one long restart
  /// in twenty fails. A desktop uses less than one percent.
  public var rangeUsePercent: Int = 5

  /// Creates the limits that the command uses.
  public init() {}
}

/// Compares and shows figures of any size, which come from files.
enum Share {
  /// Whether a figure is at least so many percent of a limit that is not 0.
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
