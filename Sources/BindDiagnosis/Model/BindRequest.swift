public import SockDiag

/// A call of bind(), and of listen() afterwards, to predict.
public struct BindRequest: Hashable, Sendable {
  /// The protocol: TCP or UDP.
  public var `protocol`: TransportProtocol
  /// Whether the program uses MPTCP; ``protocol`` is then TCP. The kernel binds a TCP socket below the MPTCP socket, by the
  /// rule of TCP, but asks Landlock about the MPTCP socket. Kernel: `IPPROTO_MPTCP`, linux/in.h, since 5.6.
  public var isMultipath = false
  /// The address and port. The family of the address is that of the socket: `::ffff:127.0.0.1` means an IPv6 socket.
  /// For port 0 the kernel chooses.
  public var local: SocketAddress
  /// The options of the socket.
  public var options: BindOptions
  /// The user of the socket: the user who made it, which is not always the one who binds it.
  public var uid: UInt32
  /// The number under which the kernel shows every user that the asking process's user namespace does not map; `nil` if
  /// it maps all. A socket and a request that both have this number may belong to different users. Kernel:
  /// `kernel.overflowuid`; `from_kuid_munged`, linux/uidgid.h.
  public var ambiguousUID: UInt32?
  /// The interface that the socket is bound to; 0 for none. Kernel: `SO_BINDTODEVICE`, asm-generic/socket.h.
  public var interfaceIndex: UInt32
  /// The VRF device that the interface is, or belongs to; 0 for none, and if the kernel lets sockets of all VRFs share
  /// ports. It corresponds to ``PortSocket/routingDomain``. Kernel: `inet_sk_bound_l3mdev`, net/inet_sock.h.
  public var routingDomain: UInt32
  /// The interface of a link-local address or multicast group; 0 for none. Kernel: `sin6_scope_id`, linux/in6.h.
  public var scopeID: UInt32
  /// Whether the program may bind ports below `net.ipv4.ip_unprivileged_port_start`. Kernel: CAP_NET_BIND_SERVICE in the
  /// user namespace that owns the network namespace, linux/capability.h.
  public var mayBindPrivilegedPorts: Bool
  /// The socket's own bounds for a port that the kernel chooses; `nil` for those of the namespace.
  public var portBounds: PortBounds?
  /// Whether bind() is called before listen(). Without it, listen() chooses a port for all addresses: then ``local`` is
  /// that address, with port 0.
  public var callsBind: Bool

  /// Creates a request.
  ///
  /// - Parameters:
  ///   - protocol: TCP or UDP.
  ///   - local: The address and port.
  ///   - options: The options of the socket.
  ///   - uid: The user of the socket.
  ///   - interfaceIndex: The interface that the socket is bound to; 0 for none.
  ///   - scopeID: The interface of a link-local address; 0 for none.
  ///   - mayBindPrivilegedPorts: Whether the program may bind low ports; by default, whether the user is root.
  ///   - callsBind: Whether bind() is called before listen().
  public init(
    _ protocol: TransportProtocol = .tcp, _ local: SocketAddress, options: BindOptions = [], uid: UInt32,
    interfaceIndex: UInt32 = 0, scopeID: UInt32 = 0, mayBindPrivilegedPorts: Bool? = nil,
    callsBind: Bool = true
  ) {
    self.protocol = `protocol`
    self.local = local
    self.options = options
    self.uid = uid
    self.interfaceIndex = interfaceIndex
    routingDomain = 0
    self.scopeID = scopeID
    self.mayBindPrivilegedPorts = mayBindPrivilegedPorts ?? (uid == 0)
    self.callsBind = callsBind
  }

  /// Whether bind() takes no port and leaves it to listen(), to connect(), or with UDP to the first datagram.
  var choosesPortLater: Bool { local.port == 0 && (!callsBind || options.contains(.bindAddressNoPort)) }
}
