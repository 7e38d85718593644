/// A packet socket as the kernel reports it.
///
/// Kernel: `struct packet_diag_msg`, linux/packet_diag.h, and the attributes that follow it.
public struct PacketSocket: Hashable, Sendable {
  /// `raw`: packets have the header of the link. `datagram`: the kernel removes and adds it. Kernel: `pdiag_type`.
  public var type = SocketType.raw
  /// The protocol of the packets that the socket receives; 0 if it receives none. Kernel: `pdiag_num`.
  public var `protocol` = LinkProtocol(rawValue: 0)
  /// The inode behind the socket's descriptors; 0 for none. Kernel: `pdiag_ino`.
  public var inode: UInt32 = 0
  /// The kernel's number for this one socket. Kernel: `pdiag_cookie`.
  public var cookie: SocketCookie?
  /// What the socket is bound to and its options. Kernel: `PACKET_DIAG_INFO`.
  public var info: Info?
  /// The user who made the socket. Kernel: `PACKET_DIAG_UID`, since 3.10.
  public var uid: UInt32?
  /// The packets that the socket asks interfaces to accept, beyond those for this host; `nil` if they were not asked for.
  /// Kernel: `PACKET_DIAG_MCLIST`.
  public var memberships: [Membership]?
  /// The memory in which the kernel passes received packets; `nil` without `PACKET_RX_RING`. Kernel:
  /// `PACKET_DIAG_RX_RING`.
  public var receiveRing: Ring?
  /// The memory in which the program passes packets to send; `nil` without `PACKET_TX_RING`. Kernel:
  /// `PACKET_DIAG_TX_RING`.
  public var sendRing: Ring?
  /// The group that shares the packets of an interface; `nil` if the socket is in none. Kernel: `PACKET_DIAG_FANOUT`.
  public var fanout: Fanout?
  /// Memory in use and its limits. Kernel: `PACKET_DIAG_MEMINFO`, since 3.10.
  public var memory: SocketMemory?
  /// The program that selects packets; `nil` without a program, if it was not asked for, or if it is one of eBPF. Kernel:
  /// `PACKET_DIAG_FILTER`, since 3.10.
  public var filter: Filter?
  /// Figures from `/proc/net/packet`; `nil` if sock_diag sent the record.
  public var procNet: ProcNetFigures?
  /// Attributes that are not decoded here, and those that are longer than this library knows.
  public var unknownAttributes: [UnknownAttribute] = []

  /// Creates an empty record, for a decoder to fill.
  public init() {}

  /// What a packet socket is bound to, and its options.
  ///
  /// Kernel: `struct packet_diag_info`, linux/packet_diag.h.
  public struct Info: Hashable, Sendable {
    /// The interface; 0 for all, all ones if the interface was removed. Kernel: `pdi_index`.
    public var interfaceIndex: UInt32 = 0
    /// The version of the rings: 0 for `TPACKET_V1`, 1 for `TPACKET_V2`, 2 for `TPACKET_V3`. Kernel: `pdi_version`.
    public var ringVersion: UInt32 = 0
    /// The bytes that the program reserves before each packet in a ring. Kernel: `pdi_reserve`.
    public var reservedBytes: UInt32 = 0
    /// The number of packets longer than a frame that the kernel queues whole, beside the ring. Kernel:
    /// `pdi_copy_thresh`.
    public var copyThreshold: UInt32 = 0
    /// The clock of the packets' times in a ring. Kernel: `pdi_tstamp`, `SOF_TIMESTAMPING_*`.
    public var timestamping: UInt32 = 0
    /// Options. Kernel: `pdi_flags`.
    public var flags: Flags = []

    /// Creates empty options.
    public init() {}
  }

  /// Options of a packet socket.
  ///
  /// Kernel: `PDI_*`, linux/packet_diag.h.
  public struct Flags: OptionSet, Hashable, Sendable {
    /// The kernel's bits.
    public let rawValue: UInt32

    /// Creates a set from the kernel's bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The socket receives packets. It does not while it has no protocol or its interface is down. Kernel: `PDI_RUNNING`.
    public static let running = Flags(rawValue: 0x01)
    /// Packets come with their lengths and VLAN. Kernel: `PDI_AUXDATA`.
    public static let auxiliaryData = Flags(rawValue: 0x02)
    /// Packets come with the interface that received them before a bridge or bond. Kernel: `PDI_ORIGDEV`.
    public static let originalDevice = Flags(rawValue: 0x04)
    /// Packets come with the header that virtual machines use. Kernel: `PDI_VNETHDR`.
    public static let virtualMachineHeader = Flags(rawValue: 0x08)
    /// Malformed packets to send are skipped. Kernel: `PDI_LOSS`.
    public static let loss = Flags(rawValue: 0x10)

    /// The flags with the names that `ss` prints, in the kernel's order.
    package static let names = [
      FieldBit(0x01, "running"), FieldBit(0x02, "auxdata"), FieldBit(0x04, "origdev"), FieldBit(0x08, "vnethdr"),
      FieldBit(0x10, "loss"),
    ]
  }

  /// The interface as the kernel reports it; 0 for all, all ones if it was removed, `nil` if it is not known.
  private var boundInterface: UInt32? { info?.interfaceIndex ?? procNet?.interfaceIndex }

  /// Whether the interface that the socket was bound to no longer exists.
  public var hasLostInterface: Bool { boundInterface == .max }
}

extension PacketSocket: KernelSocket {
  /// Always packet.
  public var family: AddressFamily { .packet }
  /// `p_raw`, or `p_dgr` for sockets without headers of the link, as `ss` prints them.
  public var netID: String { type == .raw ? "p_raw" : "p_dgr" }
  /// Always false.
  public var isConnectionOriented: Bool { false }
  /// Always `close`: no packet socket has a peer.
  public var state: SocketState { .close }

  /// The cookie.
  public var identity: SocketIdentity? { cookie.map { SocketIdentity(.packet, protocol: 0, $0) } }

  /// The memory of packets that wait to be read, and of those that wait for the interface. Packets in rings do not count.
  public var queues: SocketQueues? { memory.map { .bytes(received: $0.receiveAllocated, unsent: $0.sendAllocated) } }

  /// Always `nil`: no record has a cgroup.
  public var cgroupID: UInt64? { nil }

  /// The interface that the socket is bound to; 0 for all, or if that interface was removed.
  public var interfaceIndex: UInt32 { hasLostInterface ? 0 : boundInterface ?? 0 }

  /// `/proc/net` if the record has its figures.
  public var source: SocketSource { procNet == nil ? .sockDiag : .procNet }

  /// Appends the protocol and the interface, `*` for all: `arp:eth0`, `*:*`.
  public func appendLocal<Names: EndpointNames>(to text: inout [UInt8], _ names: inout Names) {
    text.append(contentsOf: (`protocol` == .all ? "*" : `protocol`.description).utf8)
    text.append(UInt8(ascii: ":"))
    if hasLostInterface {
      text.append(contentsOf: "(removed)".utf8)
    } else if interfaceIndex == 0 {
      text.append(UInt8(ascii: "*"))
    } else {
      names.appendInterface(interfaceIndex, to: &text)
    }
  }

  /// Appends `*`: there is no peer.
  public func appendRemote<Names: EndpointNames>(to text: inout [UInt8], _ names: inout Names) {
    text.append(UInt8(ascii: "*"))
  }

  /// The kind, the protocol and the interface. Allocates.
  public var description: String { "\(netID) \(localText)" }
}

extension PacketSocket: FilterSubject {
  /// Answers one condition of a filter. A packet socket has no ports; its end is compared by `src link:…`.
  public func answer(to question: FilterQuestion) -> Bool? {
    switch question.condition {
    case .end(.remote, .link): return false
    case .end(.local, .link(let `protocol`, let interface)):
      if let `protocol`, `protocol` != self.protocol { return false }
      return isBound(to: interface)
    case .interface(let index): return isBound(to: index)
    default: return commonAnswer(to: question.condition)
    }
  }

  /// Whether the socket is bound to an interface; `nil` if the record does not say it.
  private func isBound(to index: UInt32?) -> Bool? {
    guard let index else { return true }
    return boundInterface.map { $0 == index && !hasLostInterface }
  }
}
