/// Socket options that affect bind() and listen().
public struct BindOptions: OptionSet, Hashable, Sendable, Codable {
  /// The bits. They are defined here, not by the kernel.
  public let rawValue: UInt8

  /// Creates a set from its bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The socket shares its port with sockets that also have the option and do not listen. Kernel: `SO_REUSEADDR`,
  /// asm-generic/socket.h.
  public static let reuseAddress = BindOptions(rawValue: 1 << 0)
  /// The socket shares its port with sockets of the same user that also have the option, whether they listen or not. Kernel:
  /// `SO_REUSEPORT`, asm-generic/socket.h, since 3.9.
  public static let reusePort = BindOptions(rawValue: 1 << 1)
  /// An IPv6 socket refuses IPv4. Kernel: `IPV6_V6ONLY`, linux/in6.h.
  public static let v6Only = BindOptions(rawValue: 1 << 2)
  /// The address need not belong to this host. Kernel: `IP_FREEBIND`, linux/in.h, and `IPV6_FREEBIND`, linux/in6.h.
  public static let freebind = BindOptions(rawValue: 1 << 3)
  /// The same for a proxy; setting it needs CAP_NET_ADMIN. Kernel: `IP_TRANSPARENT`, linux/in.h, and
  /// `IPV6_TRANSPARENT`, linux/in6.h.
  public static let transparent = BindOptions(rawValue: 1 << 4)
  /// A bind to port 0 takes no port; connect() or listen() chooses it, and with UDP connect() or the first datagram.
  /// Kernel: `IP_BIND_ADDRESS_NO_PORT`, linux/in.h, since 4.2.
  public static let bindAddressNoPort = BindOptions(rawValue: 1 << 5)
  /// The socket has a program that chooses among the sockets that share its port, attached before bind(), or with TCP
  /// before listen(). Then it cannot join existing sockets by SO_REUSEPORT; others may join it. The kernel does not
  /// report the program. Kernel: `SO_ATTACH_REUSEPORT_CBPF`, `SO_ATTACH_REUSEPORT_EBPF`, asm-generic/socket.h, since
  /// 4.5.
  public static let reusePortProgram = BindOptions(rawValue: 1 << 6)
}
