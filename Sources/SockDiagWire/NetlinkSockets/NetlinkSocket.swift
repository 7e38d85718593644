/// A netlink socket as the kernel reports it.
///
/// The kernel's own sockets are among them: they have port id 0. No record says which user made a socket.
///
/// Kernel: `struct netlink_diag_msg`, linux/netlink_diag.h, and the attributes that follow it.
public struct NetlinkSocket: Hashable, Sendable {
  /// The part of the kernel that the socket talks to. Kernel: `ndiag_protocol`.
  public var `protocol` = NetlinkFamily(rawValue: 0)
  /// The socket's address: the process id of its program, another number if that was taken, 0 for the kernel. Kernel:
  /// `ndiag_portid`.
  public var portID: UInt32 = 0
  /// The port id that the socket is connected to; 0 is the kernel. Kernel: `ndiag_dst_portid`.
  public var destinationPortID: UInt32 = 0
  /// The multicast group that the socket sends to; 0 for none. Kernel: `ndiag_dst_group`.
  public var destinationGroup: UInt32 = 0
  /// Whether `connect` set the destination. Kernel: `ndiag_state`, `NETLINK_CONNECTED`.
  public var isConnected = false
  /// `SOCK_RAW` or `SOCK_DGRAM`, between which netlink makes no difference. Kernel: `ndiag_type`.
  public var type: UInt8 = 0
  /// The inode behind the socket's descriptors; 0 for none. Kernel: `ndiag_ino`.
  public var inode: UInt32 = 0
  /// The kernel's number for this one socket. Kernel: `ndiag_cookie`.
  public var cookie: SocketCookie?
  /// The multicast groups that the socket listens to, in ascending order; `nil` if it never joined one. Kernel:
  /// `NETLINK_DIAG_GROUPS`, bit n-1 for group n.
  public var groups: [UInt32]?
  /// Memory in use and its limits. Kernel: `NETLINK_DIAG_MEMINFO`.
  public var memory: SocketMemory?
  /// Options of the socket. Kernel: `NETLINK_DIAG_FLAGS`, since 4.19.
  public var flags: Flags?
  /// Figures from `/proc/net/netlink`; `nil` if sock_diag sent the record.
  public var procNet: ProcNetFigures?
  /// Attributes that are not decoded here, such as the rings of kernels before 4.6.
  public var unknownAttributes: [UnknownAttribute] = []

  /// Creates an empty record, for a decoder to fill.
  public init() {}

  /// Options of a netlink socket.
  ///
  /// Kernel: `NDIAG_FLAG_*`, linux/netlink_diag.h.
  public struct Flags: OptionSet, Hashable, Sendable, Codable {
    /// The kernel's bits.
    public let rawValue: UInt32

    /// Creates a set from the kernel's bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// A dump is under way. Kernel: `NDIAG_FLAG_CB_RUNNING`.
    public static let isDumping = Flags(rawValue: 0x01)
    /// Messages come with the group that they were sent to. Kernel: `NDIAG_FLAG_PKTINFO`.
    public static let packetInfo = Flags(rawValue: 0x02)
    /// A broadcast fails if this socket cannot take it. Kernel: `NDIAG_FLAG_BROADCAST_ERROR`.
    public static let broadcastError = Flags(rawValue: 0x04)
    /// Dropped messages are not reported as `ENOBUFS`. Kernel: `NDIAG_FLAG_NO_ENOBUFS`.
    public static let noENOBUFS = Flags(rawValue: 0x08)
    /// Messages of other network namespaces come too. Kernel: `NDIAG_FLAG_LISTEN_ALL_NSID`.
    public static let listensToAllNamespaces = Flags(rawValue: 0x10)
    /// Acknowledgements repeat only the header of the request. Kernel: `NDIAG_FLAG_CAP_ACK`.
    public static let capsAcknowledgements = Flags(rawValue: 0x20)

    /// The flags with their names, in the kernel's order.
    package static let names = [
      FieldBit(0x01, "cb-running"), FieldBit(0x02, "pktinfo"), FieldBit(0x04, "broadcast-error"),
      FieldBit(0x08, "no-enobufs"), FieldBit(0x10, "listen-all-nsid"), FieldBit(0x20, "cap-ack"),
    ]
  }
}

extension NetlinkSocket: KernelSocket {
  /// Always netlink.
  public var family: AddressFamily { .netlink }
  /// Always `nl`.
  public var netID: String { "nl" }
  /// Always false: `connect` only sets a destination.
  public var isConnectionOriented: Bool { false }
  /// `established` if the socket has a destination, and `close` otherwise.
  public var state: SocketState { isConnected ? .established : .close }

  /// The cookie with the protocol.
  public var identity: SocketIdentity? { cookie.map { SocketIdentity(.netlink, protocol: `protocol`.rawValue, $0) } }

  /// The memory of messages that wait to be read, and of those that wait for their receiver.
  public var queues: SocketQueues? {
    memory.map { .bytes(received: $0.receiveAllocated, unsent: $0.sendAllocated) } ?? procNet?.queues
  }

  /// Always `nil`: no record names a user.
  public var uid: UInt32? { nil }
  /// Always `nil`: no record names a cgroup.
  public var cgroupID: UInt64? { nil }
  /// `/proc/net` if the record has its figures.
  public var source: SocketSource { procNet == nil ? .sockDiag : .procNet }

  /// Appends the protocol and the port id: `rtnl:4711`, `rtnl:kernel`.
  public func appendLocal<Names: EndpointNames>(to text: inout [UInt8], _ names: inout Names) {
    append(portID, to: &text)
  }

  /// Appends the destination; `*` for none.
  public func appendRemote<Names: EndpointNames>(to text: inout [UInt8], _ names: inout Names) {
    if isConnected { append(destinationPortID, to: &text) } else { text.append(UInt8(ascii: "*")) }
  }

  private func append(_ portID: UInt32, to text: inout [UInt8]) {
    text.append(contentsOf: `protocol`.description.utf8)
    text.append(UInt8(ascii: ":"))
    if portID == 0 { text.append(contentsOf: "kernel".utf8) } else { text.appendDecimal(UInt64(portID)) }
  }

  /// The protocol and the port id. Allocates.
  public var description: String { "nl \(state) \(localText) → \(remoteText)" }
}

extension NetlinkSocket: FilterSubject {
  /// Answers one condition of a filter. Ports are those of inet sockets; port ids are compared by `src netlink:…`.
  public func answer(to question: FilterQuestion) -> Bool? {
    guard case .end(let end, .netlink(let family, let portID)) = question.condition else {
      return commonAnswer(to: question.condition)
    }
    if let family, family != self.protocol { return false }
    if end == .remote, !isConnected { return false }
    return portID == nil || portID == (end == .local ? self.portID : destinationPortID)
  }
}
