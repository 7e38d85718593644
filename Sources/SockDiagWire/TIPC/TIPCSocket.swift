/// A TIPC socket as the kernel reports it.
///
/// Kernel: `TIPC_NLA_SOCK`, linux/tipc_netlink.h.
public struct TIPCSocket: Hashable, Sendable {
  /// The kind. Kernel: `TIPC_NLA_SOCK_TYPE`.
  public var type: SocketType?
  /// The state, in the terms of TCP: a socket that is not connected is in `close`. Kernel: `TIPC_NLA_SOCK_TIPC_STATE`.
  public var reportedState: SocketState?
  /// The socket's address; 0 for the node if none is configured. Kernel: `TIPC_NLA_SOCK_ADDR`, `TIPC_NLA_SOCK_REF`.
  public var local = TIPCAddress(node: 0, reference: 0)
  /// The connection; `nil` without one. Kernel: `TIPC_NLA_SOCK_CON`.
  public var connection: Connection?
  /// Whether the socket has published services. The kernel does not say it of a connected socket. Kernel:
  /// `TIPC_NLA_SOCK_HAS_PUBL`.
  public var hasPublications = false
  /// Queues and congestion. Kernel: `TIPC_NLA_SOCK_STAT`.
  public var statistics: Statistics?
  /// The inode behind the socket's descriptors; 0 for none. Kernel: `TIPC_NLA_SOCK_INO`.
  public var inode: UInt32 = 0
  /// The user who made the socket. Kernel: `TIPC_NLA_SOCK_UID`.
  public var uid: UInt32?
  /// The kernel's number for this one socket. Kernel: `TIPC_NLA_SOCK_COOKIE`.
  public var cookie: SocketCookie?
  /// The communication group that the socket has joined; `nil` for none. Kernel: `TIPC_NLA_SOCK_GROUP`.
  public var group: Group?
  /// Attributes of the socket that are not decoded here, and nests that hold such attributes.
  public var unknownAttributes: [UnknownAttribute] = []
  /// Attributes beside the one that is the socket, of which no kernel sends any.
  public var unknownMessageAttributes: [UnknownAttribute] = []

  /// Creates an empty record, for a decoder to fill.
  public init() {}

  /// The address of a socket.
  ///
  /// Kernel: `struct tipc_socket_addr`, linux/tipc.h.
  public struct Address: Hashable, Sendable {
    /// The node. Kernel: `node`.
    public var node: UInt32
    /// The socket on the node. Kernel: `ref`.
    public var reference: UInt32

    /// Creates an address from its parts.
    public init(node: UInt32, reference: UInt32) {
      self.node = node
      self.reference = reference
    }
  }

  /// A connection.
  ///
  /// Kernel: `TIPC_NLA_CON_*`, linux/tipc_netlink.h.
  public struct Connection: Hashable, Sendable {
    /// The peer. Kernel: `TIPC_NLA_CON_NODE`, `TIPC_NLA_CON_SOCK`.
    public var peer = TIPCAddress(node: 0, reference: 0)
    /// The service to which the program connected; `nil` if it named the socket. Kernel: `TIPC_NLA_CON_FLAG`.
    public var service: Service?

    /// Creates a connection without a peer.
    public init() {}
  }

  /// An instance of a service.
  ///
  /// Kernel: `struct tipc_service_addr`, linux/tipc.h.
  public struct Service: Hashable, Sendable {
    /// The type of the service. Kernel: `TIPC_NLA_CON_TYPE`.
    public var type: UInt32
    /// The instance. Kernel: `TIPC_NLA_CON_INST`.
    public var instance: UInt32

    /// Creates a service from its parts.
    public init(type: UInt32, instance: UInt32) {
      self.type = type
      self.instance = instance
    }
  }

  /// Queues and congestion.
  ///
  /// Kernel: `TIPC_NLA_SOCK_STAT_*`, linux/tipc_netlink.h.
  public struct Statistics: Hashable, Sendable {
    /// Messages that wait to be read. Kernel: `TIPC_NLA_SOCK_STAT_RCVQ`.
    public var receivedMessages: UInt32?
    /// Messages that wait to be sent. Kernel: `TIPC_NLA_SOCK_STAT_SENDQ`.
    public var unsentMessages: UInt32?
    /// Messages dropped because the receive queue was full. Kernel: `TIPC_NLA_SOCK_STAT_DROP`.
    public var drops: UInt32?
    /// Whether a link to another node is congested. Kernel: `TIPC_NLA_SOCK_STAT_LINK_CONG`.
    public var isLinkCongested = false
    /// Whether the peer does not take messages fast enough. Kernel: `TIPC_NLA_SOCK_STAT_CONN_CONG`.
    public var isConnectionCongested = false

    /// Creates empty statistics.
    public init() {}
  }

  /// A communication group.
  ///
  /// Kernel: `TIPC_NLA_SOCK_GROUP_*`, linux/tipc_netlink.h.
  public struct Group: Hashable, Sendable {
    /// The type of the service that names the group. Kernel: `TIPC_NLA_SOCK_GROUP_ID`.
    public var id: UInt32?
    /// The socket's instance in the group. Kernel: `TIPC_NLA_SOCK_GROUP_INSTANCE`.
    public var instance: UInt32?
    /// The number of the next broadcast. Kernel: `TIPC_NLA_SOCK_GROUP_BC_SEND_NEXT`.
    public var nextBroadcast: UInt32?
    /// Whether the socket has seen another member. Kernel: `TIPC_NLA_SOCK_GROUP_OPEN`.
    public var isOpen = false
    /// Whether the group is limited to this node. Kernel: `TIPC_NLA_SOCK_GROUP_NODE_SCOPE`.
    public var hasNodeScope = false
    /// Whether the group spans the cluster. Kernel: `TIPC_NLA_SOCK_GROUP_CLUSTER_SCOPE`.
    public var hasClusterScope = false

    /// Creates an empty group.
    public init() {}
  }
}

/// The address of a TIPC socket.
public typealias TIPCAddress = TIPCSocket.Address

extension TIPCSocket: KernelSocket {
  /// Always TIPC.
  public var family: AddressFamily { .tipc }

  /// `ti_st`, `ti_dg`, `ti_rd` and `ti_sq`, as `ss` prints them.
  public var netID: String {
    switch type {
    case .stream: "ti_st"
    case .datagram: "ti_dg"
    case .reliableDatagram: "ti_rd"
    case .sequencedPacket: "ti_sq"
    default: "tipc"
    }
  }

  /// Whether the socket is a stream or seqpacket socket.
  public var isConnectionOriented: Bool { type == .stream || type == .sequencedPacket }
  /// The state; `close` if the record does not contain it.
  public var state: SocketState { reportedState ?? .close }
  /// The cookie.
  public var identity: SocketIdentity? { cookie.map { SocketIdentity(.tipc, protocol: 0, $0) } }

  /// The messages that wait. TIPC counts messages, not bytes.
  public var queues: SocketQueues? {
    guard let statistics, let received = statistics.receivedMessages, let unsent = statistics.unsentMessages else {
      return nil
    }
    return .bytes(received: received, unsent: unsent)
  }

  /// Always `nil`: no record names a cgroup.
  public var cgroupID: UInt64? { nil }
  /// Always sock_diag.
  public var source: SocketSource { .sockDiag }

  /// Appends the node and the socket, as `ss` prints them: `16781313:2751594551`.
  public func appendLocal<Names: EndpointNames>(to text: inout [UInt8], _ names: inout Names) {
    local.append(to: &text)
  }

  /// Appends the peer's node and socket; `-` for no connection, as `ss` prints it.
  public func appendRemote<Names: EndpointNames>(to text: inout [UInt8], _ names: inout Names) {
    if let connection { connection.peer.append(to: &text) } else { text.append(UInt8(ascii: "-")) }
  }

  /// The kind, the state and both ends. Allocates.
  public var description: String { "\(netID) \(state) \(localText) → \(remoteText)" }
}

// No condition compares addresses of TIPC.
extension TIPCSocket: FilterSubject {}

extension TIPCSocket.Address {
  /// Appends the node and the socket.
  fileprivate func append(to text: inout [UInt8]) {
    text.appendDecimal(UInt64(node))
    text.append(UInt8(ascii: ":"))
    text.appendDecimal(UInt64(reference))
  }
}
