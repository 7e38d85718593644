/// A request for XDP sockets.
///
/// The kernel filters nothing, and it has neither an exact request nor a way to destroy such a socket.
///
/// Kernel: `struct xdp_diag_req`, linux/xdp_diag.h.
public struct XDPSocketRequest: Hashable, Sendable {
  /// What is wanted beyond the fixed record.
  public var details: Details

  /// Creates a request.
  public init(details: Details = .all) { self.details = details }

  /// What a record may carry beyond its fixed part.
  ///
  /// Kernel: `XDP_SHOW_*`, linux/xdp_diag.h.
  public struct Details: OptionSet, Hashable, Sendable {
    /// The kernel's bits.
    public let rawValue: UInt32

    /// Creates a set from the kernel's bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// ``XDPSocket/queue`` and ``XDPSocket/uid``. Kernel: `XDP_SHOW_INFO`.
    public static let info = Details(rawValue: 0x01)
    /// ``XDPSocket/receiveRingEntries`` and ``XDPSocket/sendRingEntries``. Kernel: `XDP_SHOW_RING_CFG`.
    public static let rings = Details(rawValue: 0x02)
    /// ``XDPSocket/userMemory`` and its two rings. Kernel: `XDP_SHOW_UMEM`.
    public static let userMemory = Details(rawValue: 0x04)
    /// ``XDPSocket/memory``, and with it the queues. Kernel: `XDP_SHOW_MEMINFO`.
    public static let memory = Details(rawValue: 0x08)
    /// ``XDPSocket/statistics``. Kernel: `XDP_SHOW_STATS`, since 5.9.
    public static let statistics = Details(rawValue: 0x10)

    /// All of these.
    public static let all: Details = [.info, .rings, .userMemory, .memory, .statistics]
  }
}

extension XDPSocketRequest: NetlinkRequest {
  /// Kernel: `SOCK_DIAG_BY_FAMILY`.
  public var messageType: NetlinkMessageType { .sockDiagByFamily }

  /// Kernel: `NLM_F_DUMP`.
  public var flags: NetlinkFlags { .dump }

  /// Appends the fixed structure; there are no attributes.
  public func appendPayload(to message: inout [UInt8]) {
    message.append(contentsOf: [AddressFamily.xdp.rawValue, 0, 0, 0])
    // xdiag_ino, which the kernel does not read
    message.appendHost32(0)
    message.appendHost32(details.rawValue)
    // xdiag_cookie, which the kernel does not read in a dump
    message.appendHost32(.max)
    message.appendHost32(.max)
  }
}
