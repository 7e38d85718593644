/// A family of sockets.
///
/// Kernel: `AF_*`, linux/socket.h.
public struct AddressFamily: RawRepresentable, Hashable, Sendable {
  /// The kernel's number.
  public let rawValue: UInt8

  /// Creates a family from the kernel's number.
  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// UNIX domain sockets. Kernel: `AF_UNIX`.
  public static let unix = AddressFamily(rawValue: 1)
  /// IPv4. Kernel: `AF_INET`.
  public static let inet = AddressFamily(rawValue: 2)
  /// IPv6, which also carries IPv4 in mapped addresses. Kernel: `AF_INET6`.
  public static let inet6 = AddressFamily(rawValue: 10)
  /// Netlink. Kernel: `AF_NETLINK`.
  public static let netlink = AddressFamily(rawValue: 16)

  /// Creates a family from its name, `inet`, `inet6`, `netlink` or `unix`, or from its number.
  public init?(name: some StringProtocol) {
    switch name {
    case "inet": self = .inet
    case "inet6": self = .inet6
    case "netlink": self = .netlink
    case "unix": self = .unix
    default:
      guard name.utf8.allSatisfy(\.isDigit), let number = UInt8(name) else { return nil }
      self.init(rawValue: number)
    }
  }
}

extension AddressFamily: CustomStringConvertible {
  /// The family's name, or its number if it has no name here.
  public var description: String {
    switch self {
    case .inet: "inet"
    case .inet6: "inet6"
    case .netlink: "netlink"
    case .unix: "unix"
    default: String(rawValue)
    }
  }
}
