public import SockDiag

/// The conditions of a bind() other than sockets: the addresses, interfaces and settings of its network namespace.
public struct BindConditions: Hashable, Sendable {
  /// Whether the kernel has the address family of the request. Kernel: `EAFNOSUPPORT` of `socket(2)`.
  public var isFamilySupported: Bool
  /// Whether this host may use the requested address: an own address, that for all interfaces, or a multicast or
  /// broadcast address. A socket that is bound to an interface may use only the `::1` and link-local addresses of that
  /// interface.
  public var isAddressLocal: Bool
  /// Whether the interface that the request names exists.
  public var isInterfaceKnown: Bool
  /// Whether addresses of other hosts may be bound too. Kernel: `net.ipv4.ip_nonlocal_bind` or
  /// `net.ipv6.ip_nonlocal_bind`, by the family of the address, where an IPv4-mapped one counts as IPv4.
  public var allowsNonlocalBind: Bool
  /// The first port that needs no privilege. Kernel: `net.ipv4.ip_unprivileged_port_start`, for IPv6 too.
  public var unprivilegedPortStart: UInt16
  /// The ports that the kernel chooses from. Kernel: `net.ipv4.ip_local_port_range`, for IPv6 too; limited by the
  /// socket's own `IP_LOCAL_PORT_RANGE`.
  public var ephemeralPorts: ClosedRange<UInt16>
  /// The ports that the kernel does not choose. They can still be bound by number. Kernel:
  /// `net.ipv4.ip_local_reserved_ports`.
  public var reservedPorts: PortSet
  /// Whether a TCP bind() to port 0 shares ports by SO_REUSEADDR if no other port is left. Kernel:
  /// `net.ipv4.ip_autobind_reuse`, since 5.7.
  public var sharesChosenPorts: Bool
  /// Whether the kernel caches for a TCP port that its sockets shared it by SO_REUSEADDR, as it did before Linux 6.8.
  /// Kernel: `fastreuse` of `struct inet_bind_bucket`, net/inet_hashtables.h. Since 6.8 `inet_csk_update_fastreuse`,
  /// net/ipv4/inet_connection_sock.c, leaves it 0.
  public var remembersReuseAddress: Bool

  /// Creates conditions; by default those of a host without any obstacle.
  public init(
    isFamilySupported: Bool = true, isAddressLocal: Bool = true, isInterfaceKnown: Bool = true,
    allowsNonlocalBind: Bool = false,
    unprivilegedPortStart: UInt16 = 1024, ephemeralPorts: ClosedRange<UInt16> = 32768...60999,
    reservedPorts: PortSet = [],
    sharesChosenPorts: Bool = false, remembersReuseAddress: Bool = false
  ) {
    self.isFamilySupported = isFamilySupported
    self.isAddressLocal = isAddressLocal
    self.isInterfaceKnown = isInterfaceKnown
    self.allowsNonlocalBind = allowsNonlocalBind
    self.unprivilegedPortStart = unprivilegedPortStart
    self.ephemeralPorts = ephemeralPorts
    self.reservedPorts = reservedPorts
    self.sharesChosenPorts = sharesChosenPorts
    self.remembersReuseAddress = remembersReuseAddress
  }

  /// The ports that the kernel chooses from for port 0.
  public var choosablePorts: PortSet { PortSet([ephemeralPorts]).intersection(reservedPorts.complement) }
}
