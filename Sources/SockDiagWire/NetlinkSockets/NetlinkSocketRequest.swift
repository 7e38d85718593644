/// A request for netlink sockets.
///
/// The kernel filters by protocol only, and it has neither an exact request nor a way to destroy such a socket.
///
/// Kernel: `struct netlink_diag_req`, linux/netlink_diag.h.
public struct NetlinkSocketRequest: Hashable, Sendable {
  /// The protocol; `nil` for all. Kernel: `sdiag_protocol`, `NDIAG_PROTO_ALL`.
  public var `protocol`: NetlinkFamily?
  /// What is wanted beyond the fixed record.
  public var details: Details

  /// Creates a request.
  public init(_ protocol: NetlinkFamily? = nil, details: Details = [.memory, .groups, .flags]) {
    self.protocol = `protocol`
    self.details = details
  }

  /// What a record may carry beyond its fixed part. Each costs little.
  ///
  /// Kernel: `NDIAG_SHOW_*`, linux/netlink_diag.h.
  public struct Details: OptionSet, Hashable, Sendable {
    /// The kernel's bits.
    public let rawValue: UInt32

    /// Creates a set from the kernel's bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// ``NetlinkSocket/memory``, and with it the queues. Kernel: `NDIAG_SHOW_MEMINFO`.
    public static let memory = Details(rawValue: 0x01)
    /// ``NetlinkSocket/groups``. Kernel: `NDIAG_SHOW_GROUPS`.
    public static let groups = Details(rawValue: 0x02)
    /// ``NetlinkSocket/flags``. Kernel: `NDIAG_SHOW_FLAGS`, since 4.19.
    public static let flags = Details(rawValue: 0x08)
  }
}

extension NetlinkSocketRequest: NetlinkRequest {
  /// Offsets in `struct netlink_diag_req`.
  enum Layout {
    /// `NDIAG_PROTO_ALL`
    static let allProtocols: UInt8 = 0xff
  }

  /// Kernel: `SOCK_DIAG_BY_FAMILY`.
  public var messageType: NetlinkMessageType { .sockDiagByFamily }

  /// Kernel: `NLM_F_DUMP`.
  public var flags: NetlinkFlags { .dump }

  /// Appends the fixed structure; there are no attributes.
  public func appendPayload(to message: inout [UInt8]) {
    let number = `protocol`.map { UInt8(exactly: $0.rawValue) ?? 0 } ?? Layout.allProtocols
    message.append(contentsOf: [AddressFamily.netlink.rawValue, number, 0, 0])
    // ndiag_ino, which the kernel does not read
    message.appendHost32(0)
    message.appendHost32(details.rawValue)
    // ndiag_cookie, which the kernel does not read in a dump
    message.appendHost32(.max)
    message.appendHost32(.max)
  }
}
