public import SockDiag

/// What else than sockets decides about a bind(): the addresses, interfaces and settings of its network namespace.
public struct BindConditions: Hashable, Sendable {
  /// Whether the kernel has the address family of the request. Kernel: `EAFNOSUPPORT` of `socket(2)`.
  public var isFamilySupported: Bool
  /// Whether the requested address is one that this host may use: one of its own, a wildcard, a multicast or broadcast
  /// address. A socket that is bound to an interface may use `::1` and link-local addresses only of that interface.
  public var isAddressLocal: Bool
  /// Whether the interface that the request names exists.
  public var isInterfaceKnown: Bool
  /// Whether addresses of other hosts may be bound as well. Kernel: `net.ipv4.ip_nonlocal_bind` or
  /// `net.ipv6.ip_nonlocal_bind`, by the family of the address, where an IPv4-mapped one counts as IPv4.
  public var allowsNonlocalBind: Bool
  /// The first port that takes no privilege. Kernel: `net.ipv4.ip_unprivileged_port_start`, which holds for IPv6 too.
  public var unprivilegedPortStart: UInt16
  /// The ports from which the kernel chooses. Kernel: `net.ipv4.ip_local_port_range`, which holds for IPv6 too; within
  /// it, the socket's own `IP_LOCAL_PORT_RANGE`.
  public var ephemeralPorts: ClosedRange<UInt16>
  /// The ports that the kernel does not choose. A bind() to one of them by number is not hindered. Kernel:
  /// `net.ipv4.ip_local_reserved_ports`.
  public var reservedPorts: PortSet
  /// Whether a TCP bind() to port 0 shares ports by SO_REUSEADDR once no other port is left. Kernel:
  /// `net.ipv4.ip_autobind_reuse`, since 5.7.
  public var sharesChosenPorts: Bool

  /// Creates conditions; by default those of a host where nothing is in the way.
  public init(
    isFamilySupported: Bool = true, isAddressLocal: Bool = true, isInterfaceKnown: Bool = true,
    allowsNonlocalBind: Bool = false,
    unprivilegedPortStart: UInt16 = 1024, ephemeralPorts: ClosedRange<UInt16> = 32768...60999,
    reservedPorts: PortSet = [],
    sharesChosenPorts: Bool = false
  ) {
    self.isFamilySupported = isFamilySupported
    self.isAddressLocal = isAddressLocal
    self.isInterfaceKnown = isInterfaceKnown
    self.allowsNonlocalBind = allowsNonlocalBind
    self.unprivilegedPortStart = unprivilegedPortStart
    self.ephemeralPorts = ephemeralPorts
    self.reservedPorts = reservedPorts
    self.sharesChosenPorts = sharesChosenPorts
  }

  /// The ports from which the kernel chooses where none is asked for.
  public var choosablePorts: PortSet { PortSet([ephemeralPorts]).intersection(reservedPorts.complement) }
}
