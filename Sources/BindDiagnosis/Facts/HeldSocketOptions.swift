public import SockDiagWire

/// The properties of a socket in some process that decide about binds of other programs. sock_diag reports none of the
/// options; they are read through a copy of the descriptor.
public struct HeldSocketOptions: Hashable, Sendable {
  /// The options that are set.
  public var options: BindOptions
  /// Options that the kernel does not report for this kind of socket. They are not in ``options``.
  ///
  /// A multipath TCP socket is bound by the TCP socket below it. Both have the options that a program set, but bind()
  /// to an IPv6 address makes only the lower socket v6-only. So IPV6_V6ONLY counts as unread if it is not set.
  public var unread: BindOptions
  /// The family. Kernel: `SO_DOMAIN`, asm-generic/socket.h.
  public var family: AddressFamily
  /// The protocol: 262 for a multipath TCP socket, whose lower TCP socket sock_diag reports. Kernel: `SO_PROTOCOL`,
  /// asm-generic/socket.h.
  public var `protocol`: TransportProtocol
  /// Whether the socket carries datagrams. Kernel: `SO_TYPE` being `SOCK_DGRAM`, asm-generic/socket.h.
  public var isDatagram: Bool
  /// Whether this is an MPTCP socket. Kernel: `IPPROTO_MPTCP`, linux/in.h.
  public var isMultipath: Bool { `protocol` == .mptcp }
  /// Whether the socket listens. Kernel: `SO_ACCEPTCONN`, asm-generic/socket.h.
  public var isListening: Bool
  /// The interface that the socket is bound to; 0 for none. Kernel: `SO_BINDTOIFINDEX`, asm-generic/socket.h.
  public var interfaceIndex: UInt32
  /// The local address and port. Kernel: `getsockname(2)`.
  public var local: SocketAddress
  /// The interface of a link-local address; 0 for none. Kernel: `sin6_scope_id`, linux/in6.h.
  public var scopeID: UInt32
  /// The user of the socket, as numbered for this process: see ``UserNumbers``. Kernel: `st_uid`, which follows
  /// `sk_uid`, net/sock.h.
  public var uid: UInt32
  /// The bounds for a port that the kernel chooses; `nil` if the program set none. Kernel: `IP_LOCAL_PORT_RANGE`,
  /// linux/in.h, since 6.3.
  public var portBounds: PortBounds?
  /// The cookie of the socket. A multipath TCP socket has a different one than the TCP socket below it. Kernel:
  /// `SO_COOKIE`, asm-generic/socket.h.
  public var cookie: SocketCookie
  /// Whether the socket belongs to the network namespace of the thread that read it; `nil` if the kernel does not
  /// report it. Kernel: `SO_NETNS_COOKIE`, asm-generic/socket.h, since 5.14; before, `SIOCGSKNS`, linux/sockios.h.
  public var isInOwnNetwork: Bool?
}
