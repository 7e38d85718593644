/// A part of the kernel that speaks netlink; the protocol of a netlink socket.
///
/// Kernel: `NETLINK_*`, linux/netlink.h.
public struct NetlinkFamily: RawRepresentable, Hashable, Sendable {
  /// The kernel's number.
  public let rawValue: UInt16

  /// Creates a family from the kernel's number.
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Interfaces, addresses and routes. Kernel: `NETLINK_ROUTE`.
  public static let route = NetlinkFamily(rawValue: 0)
  /// Sockets. Kernel: `NETLINK_SOCK_DIAG`.
  public static let sockDiag = NetlinkFamily(rawValue: 4)
}

extension NetlinkFamily: Comparable {
  /// By number.
  public static func < (left: NetlinkFamily, right: NetlinkFamily) -> Bool { left.rawValue < right.rawValue }
}
