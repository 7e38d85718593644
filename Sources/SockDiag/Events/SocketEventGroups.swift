internal import SockDiagWire

/// The sockets whose ends are announced.
///
/// Kernel: `enum sknetlink_groups`, linux/sock_diag.h, since 4.2.
public struct SocketEventGroups: OptionSet, Hashable, Sendable, Codable {
  /// Bit n-1 for the kernel's group n.
  public let rawValue: UInt32

  /// Creates a set from its bits.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// TCP sockets of IPv4. Kernel: `SKNLGRP_INET_TCP_DESTROY`.
  public static let tcp4 = SocketEventGroups(rawValue: 1 << 0)
  /// UDP sockets of IPv4. Kernel: `SKNLGRP_INET_UDP_DESTROY`.
  public static let udp4 = SocketEventGroups(rawValue: 1 << 1)
  /// TCP sockets of IPv6, which may carry IPv4. Kernel: `SKNLGRP_INET6_TCP_DESTROY`.
  public static let tcp6 = SocketEventGroups(rawValue: 1 << 2)
  /// UDP sockets of IPv6, which may carry IPv4. Kernel: `SKNLGRP_INET6_UDP_DESTROY`.
  public static let udp6 = SocketEventGroups(rawValue: 1 << 3)

  /// TCP sockets of both families.
  public static let tcp: SocketEventGroups = [.tcp4, .tcp6]
  /// UDP sockets of both families.
  public static let udp: SocketEventGroups = [.udp4, .udp6]
  /// IPv4 sockets of both protocols.
  public static let inet: SocketEventGroups = [.tcp4, .udp4]
  /// IPv6 sockets of both protocols.
  public static let inet6: SocketEventGroups = [.tcp6, .udp6]
  /// All groups.
  public static let all: SocketEventGroups = [.inet, .inet6]

  /// The known groups in the set, each with its protocol and family.
  var members: [(protocol: TransportProtocol, family: AddressFamily)] {
    let known: [(SocketEventGroups, TransportProtocol, AddressFamily)] = [
      (.tcp4, .tcp, .inet), (.udp4, .udp, .inet), (.tcp6, .tcp, .inet6), (.udp6, .udp, .inet6),
    ]
    return known.filter { contains($0.0) }.map { ($0.1, $0.2) }
  }
}
