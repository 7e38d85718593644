public import SockDiagWire

/// What a socket in some process is set to, as far as it decides about binds of others. sock_diag tells none of the
/// options; they are read through a copy of the descriptor.
public struct HeldSocketOptions: Hashable, Sendable {
  /// The options that are set.
  public var options: BindOptions
  /// Options that the kernel would not tell for this kind of socket. They are not in ``options``.
  ///
  /// A multipath TCP socket is bound by the TCP socket below it. Both have the same options as far as a program set them,
  /// but bind() to an IPv6 address makes the lower one alone v6-only. So IPV6_V6ONLY counts as unread where it is not set.
  public var unread: BindOptions
  /// The family. Kernel: `SO_DOMAIN`, asm-generic/socket.h.
  public var family: AddressFamily
  /// The protocol: 262 for a socket of multipath TCP, whose TCP socket below sock_diag reports. Kernel: `SO_PROTOCOL`, asm-generic/socket.h.
  public var `protocol`: TransportProtocol
  /// Whether the socket carries datagrams. Kernel: `SO_TYPE` being `SOCK_DGRAM`, asm-generic/socket.h.
  public var isDatagram: Bool
  /// Whether this is a socket of multipath TCP. Kernel: `IPPROTO_MPTCP`, linux/in.h.
  public var isMultipath: Bool { `protocol` == .mptcp }
  /// Whether the socket listens. Kernel: `SO_ACCEPTCONN`, asm-generic/socket.h.
  public var isListening: Bool
  /// The interface that the socket is bound to; 0 for none. Kernel: `SO_BINDTOIFINDEX`, asm-generic/socket.h.
  public var interfaceIndex: UInt32
  /// The local address and port. Kernel: `getsockname(2)`.
  public var local: SocketAddress
  /// The interface of a link-local address; 0 for none. Kernel: `sin6_scope_id`, linux/in6.h.
  public var scopeID: UInt32
  /// The user of the socket, as this process counts users: see ``UserNumbers``. Kernel: `st_uid`, which follows `sk_uid`, net/sock.h.
  public var uid: UInt32
  /// The bounds for a port of the kernel's choice; `nil` if the program set none. Kernel: `IP_LOCAL_PORT_RANGE`,
  /// linux/in.h, since 6.3.
  public var portBounds: PortBounds?
  /// The kernel's number for the socket. A multipath TCP socket has another one than the TCP socket below it. Kernel: `SO_COOKIE`, asm-generic/socket.h.
  public var cookie: SocketCookie
  /// Whether the socket belongs to the network namespace of the thread that read it; `nil` if the kernel does not tell.
  /// Kernel: `SO_NETNS_COOKIE`, asm-generic/socket.h, since 5.14; before, `SIOCGSKNS`, linux/sockios.h.
  public var isInOwnNetwork: Bool?
}
