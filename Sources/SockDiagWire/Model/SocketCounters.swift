/// What a socket has carried since it was made, as far as its record says.
///
/// The counters only grow, except that a socket which disconnects and connects again starts anew. Counters of segments
/// have 32 bits in the kernel and wrap; ``traffic(since:)`` allows for that.
public struct SocketCounters: Hashable, Sendable, Codable {
  /// Bytes sent and acknowledged. Kernel: `tcpi_bytes_acked`, since 4.1; `mptcpi_bytes_acked`, since 6.5.
  public var bytesAcknowledged: UInt64?
  /// Bytes received in order, and one for the end of the peer's stream. Kernel: `tcpi_bytes_received`, since 4.1; `mptcpi_bytes_received`, since 6.5.
  public var bytesReceived: UInt64?
  /// Bytes sent again. Kernel: `tcpi_bytes_retrans`, since 4.19; `mptcpi_bytes_retrans`, since 6.5.
  public var bytesRetransmitted: UInt64?
  /// Segments sent, with retransmits. Kernel: `tcpi_segs_out`, since 4.2.
  public var segmentsSent: UInt64?
  /// Segments received. Kernel: `tcpi_segs_in`, since 4.2.
  public var segmentsReceived: UInt64?
  /// Segments sent again. Kernel: `tcpi_total_retrans`.
  public var segmentsRetransmitted: UInt64?
  /// Datagrams dropped because the receive buffer was full. Kernel: `SK_MEMINFO_DROPS`, since 4.7.
  public var drops: UInt64?

  /// Creates counters. None are known.
  @inlinable
  public init() {}
}

extension SocketCounters {
  /// What was carried between two looks at a socket.
  ///
  /// - Parameter earlier: The counters at the earlier look.
  /// - Returns: The differences; a counter that either look lacks is `nil`.
  @inlinable
  public func traffic(since earlier: SocketCounters) -> SocketCounters {
    var traffic = SocketCounters()
    traffic.bytesAcknowledged = Self.difference(bytesAcknowledged, earlier.bytesAcknowledged)
    traffic.bytesReceived = Self.difference(bytesReceived, earlier.bytesReceived)
    traffic.bytesRetransmitted = Self.difference(bytesRetransmitted, earlier.bytesRetransmitted)
    traffic.segmentsSent = Self.wrappedDifference(segmentsSent, earlier.segmentsSent)
    traffic.segmentsReceived = Self.wrappedDifference(segmentsReceived, earlier.segmentsReceived)
    traffic.segmentsRetransmitted = Self.wrappedDifference(segmentsRetransmitted, earlier.segmentsRetransmitted)
    traffic.drops = Self.wrappedDifference(drops, earlier.drops)
    return traffic
  }

  /// Whether the counters started anew since an earlier look: a 64-bit counter, which never wraps, became smaller.
  @inlinable
  public func areReset(since earlier: SocketCounters) -> Bool {
    Self.isSmaller(bytesAcknowledged, earlier.bytesAcknowledged) || Self.isSmaller(bytesReceived, earlier.bytesReceived)
      || Self.isSmaller(bytesRetransmitted, earlier.bytesRetransmitted)
  }

  /// Adds other traffic. A counter that only one side knows keeps that side's number.
  @inlinable
  public static func += (left: inout SocketCounters, right: SocketCounters) {
    add(right.bytesAcknowledged, to: &left.bytesAcknowledged)
    add(right.bytesReceived, to: &left.bytesReceived)
    add(right.bytesRetransmitted, to: &left.bytesRetransmitted)
    add(right.segmentsSent, to: &left.segmentsSent)
    add(right.segmentsReceived, to: &left.segmentsReceived)
    add(right.segmentsRetransmitted, to: &left.segmentsRetransmitted)
    add(right.drops, to: &left.drops)
  }

  @inlinable
  static func difference(_ now: UInt64?, _ before: UInt64?) -> UInt64? {
    guard let now, let before else { return nil }
    return now >= before ? now - before : nil
  }

  @inlinable
  static func wrappedDifference(_ now: UInt64?, _ before: UInt64?) -> UInt64? {
    guard let now, let before else { return nil }
    return (now &- before) & 0xffff_ffff
  }

  @inlinable
  static func isSmaller(_ now: UInt64?, _ before: UInt64?) -> Bool {
    guard let now, let before else { return false }
    return now < before
  }

  @inlinable
  static func add(_ traffic: UInt64?, to sum: inout UInt64?) {
    guard let traffic else { return }
    sum = (sum ?? 0) &+ traffic
  }
}
