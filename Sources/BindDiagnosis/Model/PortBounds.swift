/// Limits that a program sets on a socket for a port that the kernel chooses.
///
/// Kernel: `IP_LOCAL_PORT_RANGE`, linux/in.h, since 6.3.
public struct PortBounds: Hashable, Sendable {
  /// The lowest port; 0 for the lowest of the namespace.
  public var lowest: UInt16
  /// The highest port; 0 for the highest of the namespace.
  public var highest: UInt16

  /// Creates bounds.
  public init(lowest: UInt16, highest: UInt16) {
    self.lowest = lowest
    self.highest = highest
  }

  /// The ports that remain of the namespace's range. A bound outside the range is ignored.
  ///
  /// Kernel: `inet_sk_get_local_port_range`, net/ipv4/inet_connection_sock.c.
  public func narrow(_ ports: ClosedRange<UInt16>) -> ClosedRange<UInt16> {
    let first = ports.contains(lowest) ? lowest : ports.lowerBound
    let last = ports.contains(highest) ? highest : ports.upperBound
    return first <= last ? first...last : ports
  }
}
