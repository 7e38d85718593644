/// A family of sockets.
///
/// Kernel: `AF_*`, linux/socket.h.
public struct AddressFamily: RawRepresentable, Hashable, Sendable {
  /// The kernel's number.
  public let rawValue: UInt8

  /// Creates a family from the kernel's number.
  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Whether the numbers are equal.
  @inlinable
  public static func == (left: AddressFamily, right: AddressFamily) -> Bool { left.rawValue == right.rawValue }

  /// IPv4. Kernel: `AF_INET`.
  @inlinable public static var inet: AddressFamily { AddressFamily(rawValue: 2) }
  /// IPv6, which also carries IPv4 in mapped addresses. Kernel: `AF_INET6`.
  @inlinable public static var inet6: AddressFamily { AddressFamily(rawValue: 10) }
  /// Sockets between programs of one host, also called local sockets. Kernel: `AF_UNIX`.
  @inlinable public static var unix: AddressFamily { AddressFamily(rawValue: 1) }
  /// Netlink. Kernel: `AF_NETLINK`.
  @inlinable public static var netlink: AddressFamily { AddressFamily(rawValue: 16) }
  /// Packets as devices send and receive them. Kernel: `AF_PACKET`.
  @inlinable public static var packet: AddressFamily { AddressFamily(rawValue: 17) }
  /// Transparent inter-process communication, between the nodes of a cluster. Kernel: `AF_TIPC`.
  @inlinable public static var tipc: AddressFamily { AddressFamily(rawValue: 30) }
  /// Between virtual machines and their host. Kernel: `AF_VSOCK`, since 3.9.
  @inlinable public static var vsock: AddressFamily { AddressFamily(rawValue: 40) }
  /// TCP connections that may use shared memory instead. Kernel: `AF_SMC`, since 4.11.
  @inlinable public static var smc: AddressFamily { AddressFamily(rawValue: 43) }
  /// Frames in memory that a device and a program share. Kernel: `AF_XDP`, since 4.18.
  @inlinable public static var xdp: AddressFamily { AddressFamily(rawValue: 44) }

  private static let names: [(family: AddressFamily, name: String)] = [
    (.unix, "unix"), (.inet, "inet"), (.inet6, "inet6"), (.netlink, "netlink"), (.packet, "packet"), (.tipc, "tipc"),
    (.vsock, "vsock"), (.smc, "smc"), (.xdp, "xdp"),
  ]

  /// All names that ``init(name:)`` accepts, for messages.
  package static var allNames: [String] { names.map(\.name) }

  /// Creates a family from its name, such as `inet6` or `unix`, or from its number. As in `ss`, `link` is `packet`.
  public init?(name: some StringProtocol) {
    if let known = Self.names.first(where: { $0.name == name }) {
      self = known.family
    } else if name == "link" {
      self = .packet
    } else if name.utf8.allSatisfy(\.isDigit), let number = UInt8(name) {
      self.init(rawValue: number)
    } else {
      return nil
    }
  }
}

extension AddressFamily: CustomStringConvertible {
  /// The family's name, or its number if it has no name here.
  public var description: String {
    // The families of long lists first: a search of names costs a comparison of each.
    switch self {
    case .inet: "inet"
    case .inet6: "inet6"
    default: Self.names.first { $0.family == self }?.name ?? String(rawValue)
    }
  }
}
