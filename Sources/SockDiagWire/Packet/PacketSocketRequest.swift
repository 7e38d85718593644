/// A request for packet sockets.
///
/// The kernel filters nothing, and it has neither an exact request nor a way to destroy such a socket.
///
/// Kernel: `struct packet_diag_req`, linux/packet_diag.h.
public struct PacketSocketRequest: Hashable, Sendable {
  /// What is wanted beyond the fixed record.
  public var details: Details

  /// Creates a request.
  public init(details: Details = .all) { self.details = details }

  /// What a record may carry beyond its fixed part.
  ///
  /// Kernel: `PACKET_SHOW_*`, linux/packet_diag.h.
  public struct Details: OptionSet, Hashable, Sendable {
    /// The kernel's bits.
    public let rawValue: UInt32

    /// Creates a set from the kernel's bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// ``PacketSocket/info`` and ``PacketSocket/uid``. Kernel: `PACKET_SHOW_INFO`.
    public static let info = Details(rawValue: 0x01)
    /// ``PacketSocket/memberships``. Kernel: `PACKET_SHOW_MCLIST`.
    public static let memberships = Details(rawValue: 0x02)
    /// ``PacketSocket/receiveRing`` and ``PacketSocket/sendRing``. Kernel: `PACKET_SHOW_RING_CFG`.
    public static let rings = Details(rawValue: 0x04)
    /// ``PacketSocket/fanout``. Kernel: `PACKET_SHOW_FANOUT`.
    public static let fanout = Details(rawValue: 0x08)
    /// ``PacketSocket/memory``, and with it the queues. Kernel: `PACKET_SHOW_MEMINFO`, since 3.10.
    public static let memory = Details(rawValue: 0x10)
    /// ``PacketSocket/filter``, up to 4096 instructions. Kernel: `PACKET_SHOW_FILTER`, since 3.10.
    public static let filter = Details(rawValue: 0x20)

    /// All of these.
    public static let all: Details = [.info, .memberships, .rings, .fanout, .memory, .filter]
  }
}

extension PacketSocketRequest: NetlinkRequest {
  /// Kernel: `SOCK_DIAG_BY_FAMILY`.
  public var messageType: NetlinkMessageType { .sockDiagByFamily }

  /// Kernel: `NLM_F_DUMP`.
  public var flags: NetlinkFlags { .dump }

  /// Appends the fixed structure; there are no attributes.
  public func appendPayload(to message: inout [UInt8]) {
    // The kernel refuses a protocol: it does not filter by one.
    message.append(contentsOf: [AddressFamily.packet.rawValue, 0, 0, 0])
    // pdiag_ino, which the kernel does not read
    message.appendHost32(0)
    message.appendHost32(details.rawValue)
    // pdiag_cookie, which the kernel does not read in a dump
    message.appendHost32(.max)
    message.appendHost32(.max)
  }
}
