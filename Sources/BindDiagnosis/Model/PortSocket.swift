public import SockDiag

/// A socket that has a port, with the properties that matter to bind() of another one.
public struct PortSocket: Hashable, Sendable {
  /// The protocol.
  public var `protocol`: TransportProtocol
  /// The local address.
  public var address: IPAddress
  /// The role of the socket, which decides whether others may share its port.
  public var role: Role
  /// The interface that the socket is bound to; 0 for none, or if it is not known.
  public var interfaceIndex: UInt32
  /// Whether the interface is known: `/proc/net` does not report it.
  public var isInterfaceKnown = true
  /// The VRF device of the interface; 0 for none. In TCP each VRF has its own ports. Kernel:
  /// `l3mdev` of `struct inet_bind_bucket`, net/inet_hashtables.h, since 5.0.
  public var routingDomain: UInt32
  /// The user of the socket; `nil` if the kernel keeps none.
  public var uid: UInt32?
  /// The options, as far as they are known.
  public var options: KnownOptions

  /// The role of a socket on its port.
  public enum Role: Hashable, Sendable {
    /// It listens.
    case listens
    /// It is the record that a closed connection leaves: TIME_WAIT, or FIN_WAIT2 without a process.
    case timeWait
    /// It is a connection request, which is not among bound sockets.
    case request
    /// It is bound and neither listens nor is connected, so it may listen at any moment.
    case bound
    /// Anything else: a connection in any state, a UDP socket.
    case occupies
  }

  /// Creates a socket.
  public init(
    _ protocol: TransportProtocol, _ address: IPAddress, _ role: Role, interfaceIndex: UInt32 = 0,
    routingDomain: UInt32 = 0, uid: UInt32?, options: KnownOptions = KnownOptions()
  ) {
    self.protocol = `protocol`
    self.address = address
    self.role = role
    self.interfaceIndex = interfaceIndex
    self.routingDomain = routingDomain
    self.uid = uid
    self.options = options
  }

  /// Creates a socket from the data of sock_diag, which has neither SO_REUSEADDR nor SO_REUSEPORT.
  public init(_ socket: InetSocket) {
    var options = KnownOptions()
    if socket.family == .inet || socket.local.address.isV4Mapped {
      // A socket with an IPv4 address accepts IPv4.
      options[.v6Only] = false
    } else if let isV6Only = socket.isV6Only {
      options[.v6Only] = isV6Only
    }
    if let reported = socket.options {
      options[.freebind] = reported.contains(.freeBind)
      options[.transparent] = reported.contains(.transparent)
      options[.bindAddressNoPort] = reported.contains(.bindAddressNoPort)
    }
    self.init(
      socket.protocol, socket.local.address, Role(socket), interfaceIndex: socket.interfaceIndex, uid: socket.uid,
      options: options)
    isInterfaceKnown = socket.source == .sockDiag
  }
}
