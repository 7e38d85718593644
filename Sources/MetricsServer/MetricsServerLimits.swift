#if MetricsServer
  /// What clients of a server may take.
  ///
  /// A client can only waste its own connection: each has little memory and little time, and if all are taken, the oldest
  /// that is not being answered makes room for a new one. So a client that sends its request at once is answered, whatever
  /// others do.
  public struct MetricsServerLimits: Sendable {
    /// The largest number of connections.
    public var connections = 256
    /// The largest number of bytes of a request. A body is never accepted.
    public var requestBytes = 16 * 1024
    /// How long a client may take to send a request, from its first byte or from the start of the connection.
    public var requestTime = Duration.seconds(5)
    /// How long a connection may rest between two requests. Collectors ask each minute at least, and open another
    /// connection otherwise.
    public var idleTime = Duration.seconds(90)
    /// How long a client may take to receive an answer.
    public var answerTime = Duration.seconds(10)

    /// Creates the limits that the command uses.
    public init() {}
  }
#endif
