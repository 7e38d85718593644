public import SockDiagWire

/// A socket of a tracker's round: what it is now, and what it was at the last look.
///
/// It is lent for the duration of a call and allocates nothing. Copy ``socket`` to keep it: that costs one allocation
/// later, when the tracker reads the next details.
public struct TrackedSocket<Socket: KernelSocket>: ~Copyable, Sendable {
  /// What became of the socket.
  public internal(set) var change = SocketChange.continued
  /// The socket now. For one that ended, its final record if the kernel announced it, otherwise the last one that was
  /// seen.
  public internal(set) var socket: Socket
  /// When the kernel was asked for ``socket``.
  public internal(set) var taken: ContinuousClock.Instant
  /// The time since the last look at this socket; `nil` if there was none, or for a socket that ended unannounced.
  public internal(set) var elapsed: Duration?
  /// When the socket was first seen.
  public internal(set) var firstSeen: ContinuousClock.Instant
  /// Whether the socket was made after the tracker, so that all its counters are news.
  public internal(set) var beganWhileTracked = false
  /// Whether the socket ended and ``socket`` is its final record, which the kernel announced.
  public internal(set) var isFinalRecord = false
  /// Whether the connection ended and left a TIME_WAIT record.
  public internal(set) var leftTimeWait = false

  /// The last record of this entry, or any other if there is none.
  @usableFromInline var last: Socket
  @usableFromInline var hasPrevious = false

  init(_ empty: Socket) {
    socket = empty
    last = empty
    taken = .now
    firstSeen = taken
  }
}

extension TrackedSocket {
  /// The socket at the last look; `nil` if this is the first.
  @inlinable public var previous: Socket? { hasPrevious ? last : nil }

  /// What the socket carried since the last look, or since it was made if this is the first look and it was made after the
  /// tracker. `nil` if that is not known: at a first look at an older socket, after a ``SocketChange/reset``, for a socket
  /// that ended unannounced, and for one whose record has no counters.
  ///
  /// TCP sockets have counters if the query asks for `InetDetails.tcpInfo`.
  @inlinable public var traffic: SocketCounters? {
    guard let now = socket.counters else { return nil }
    if !hasPrevious { return beganWhileTracked ? now : nil }
    // A record without a time is not newer than the last look.
    guard elapsed != nil, change != .reset, let before = last.counters, !now.areReset(since: before) else { return nil }
    return now.traffic(since: before)
  }

  /// A counter's rate per second since the last look, with the real time between the two looks.
  ///
  /// - Parameter counter: The counter, such as `\.bytesReceived`.
  /// - Returns: `nil` if the traffic or the time is not known.
  public func rate(of counter: KeyPath<SocketCounters, UInt64?>) -> Double? {
    guard let elapsed, elapsed > .zero, let amount = traffic?[keyPath: counter] else { return nil }
    return Double(amount) / (elapsed / .seconds(1))
  }
}
