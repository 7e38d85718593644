/// The header of a netlink message.
///
/// Kernel: `struct nlmsghdr`, linux/netlink.h.
public struct NetlinkHeader: Hashable, Sendable {
  /// The size of the header in bytes (`NLMSG_HDRLEN`).
  @inlinable public static var byteCount: Int { 16 }

  /// The length of the message with this header, in bytes.
  public var length: UInt32
  /// The kind of message.
  public var type: NetlinkMessageType
  /// Flags; some have different meanings in requests and in replies.
  public var flags: NetlinkFlags
  /// The number that the requester gave to its request; replies repeat it.
  public var sequence: UInt32
  /// The port id of the requester, in a reply.
  public var portID: UInt32

  @inlinable
  init(length: UInt32, type: NetlinkMessageType, flags: NetlinkFlags, sequence: UInt32, portID: UInt32) {
    self.length = length
    self.type = type
    self.flags = flags
    self.sequence = sequence
    self.portID = portID
  }
}

extension NetlinkHeader {
  /// Reads a header; the caller has checked that 16 bytes are there.
  @inlinable @inline(__always)
  init(at offset: Int, in bytes: Span<UInt8>) {
    // After this check the compiler knows that all reads below are in bounds.
    let header = bytes.extracting(offset...)
    precondition(header.count >= Self.byteCount)
    self.init(
      length: header.host32(at: 0), type: NetlinkMessageType(rawValue: header.host16(at: 4)),
      flags: NetlinkFlags(rawValue: header.host16(at: 6)), sequence: header.host32(at: 8),
      portID: header.host32(at: 12))
  }
}

/// The kind of a netlink message.
///
/// Kernel: `NLMSG_*`, linux/netlink.h; linux/sock_diag.h; `TCPDIAG_GETSOCK`, linux/inet_diag.h.
public struct NetlinkMessageType: RawRepresentable, Hashable, Sendable {
  /// The kernel's number.
  public let rawValue: UInt16

  /// Creates a type from the kernel's number.
  @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Nothing. Kernel: `NLMSG_NOOP`.
  public static let noOperation = NetlinkMessageType(rawValue: 1)
  /// An error, or an acknowledgement if its errno is 0. Kernel: `NLMSG_ERROR`.
  public static let error = NetlinkMessageType(rawValue: 2)
  /// The end of a dump, with an errno as payload. Kernel: `NLMSG_DONE`.
  public static let done = NetlinkMessageType(rawValue: 3)
  /// Data was lost. Kernel: `NLMSG_OVERRUN`.
  public static let overrun = NetlinkMessageType(rawValue: 4)
  /// An inet request for both families, and its replies. Kernel: `TCPDIAG_GETSOCK`.
  public static let inetDiagLegacy = NetlinkMessageType(rawValue: 18)
  /// A request for one family, and its replies. Kernel: `SOCK_DIAG_BY_FAMILY`.
  public static let sockDiagByFamily = NetlinkMessageType(rawValue: 20)
  /// A request to destroy a socket. Kernel: `SOCK_DESTROY`, since 4.5.
  public static let sockDestroy = NetlinkMessageType(rawValue: 21)

  /// Whether the message carries a socket or a request for sockets.
  public var isSockDiag: Bool { self == .sockDiagByFamily || self == .inetDiagLegacy }
}

/// Flags of a netlink message.
///
/// Kernel: `NLM_F_*`, linux/netlink.h.
public struct NetlinkFlags: OptionSet, Hashable, Sendable {
  /// The kernel's bits.
  public let rawValue: UInt16

  /// Creates flags from the kernel's bits.
  @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// The message is a request. Kernel: `NLM_F_REQUEST`.
  public static let request = NetlinkFlags(rawValue: 0x1)
  /// The message is one of several. Kernel: `NLM_F_MULTI`.
  public static let multipart = NetlinkFlags(rawValue: 0x2)
  /// In a request: the kernel confirms it with an error message of errno 0. Kernel: `NLM_F_ACK`.
  public static let acknowledgement = NetlinkFlags(rawValue: 0x4)
  /// The table changed during a dump, which may have missed or repeated entries. Kernel: `NLM_F_DUMP_INTR`.
  public static let dumpInterrupted = NetlinkFlags(rawValue: 0x10)
  /// An error message carries attributes with the kernel's message text. Kernel: `NLM_F_ACK_TLVS`.
  public static let extendedAcknowledgement = NetlinkFlags(rawValue: 0x200)
  /// An error message repeats only the header of the request. Kernel: `NLM_F_CAPPED`.
  public static let capped = NetlinkFlags(rawValue: 0x100)
  /// In a request: all that match. Kernel: `NLM_F_DUMP`.
  public static let dump = NetlinkFlags(rawValue: 0x300)
}

/// Steps through the messages of one datagram.
public struct NetlinkCursor: Sendable {
  /// The offset of the next message.
  public var offset: Int
  /// The end of the datagram.
  public let end: Int

  /// Creates a cursor at the first message of a range.
  @inlinable
  public init(_ range: Range<Int>) {
    offset = range.lowerBound
    end = range.upperBound
  }

  /// A message: its header, and the range of its payload.
  public struct Message: Sendable {
    /// The header.
    public let header: NetlinkHeader
    /// The payload without padding.
    public let payload: Range<Int>

    @inlinable
    init(header: NetlinkHeader, payload: Range<Int>) {
      self.header = header
      self.payload = payload
    }
  }

  /// The next message, or `nil` at the end.
  ///
  /// - Throws: ``WireError/Code/messageLength``. The cursor does not move: an impossible length hides the start of the
  ///   next message.
  @inlinable @inline(__always)
  public mutating func next(in bytes: Span<UInt8>) throws(WireError) -> Message? {
    let remaining = min(end, bytes.count) &- offset
    guard remaining > 0, offset >= 0 else { return nil }
    guard remaining >= NetlinkHeader.byteCount else { throw cutHeader(remaining) }
    let header = NetlinkHeader(at: offset, in: bytes)
    let length = Int(truncatingIfNeeded: header.length)
    guard length >= NetlinkHeader.byteCount, length <= remaining else { throw badLength(header.length, remaining) }
    let payload = (offset &+ NetlinkHeader.byteCount)..<(offset &+ length)
    // The last message of a datagram may lack its padding.
    offset &+= min((length &+ 3) & ~3, remaining)
    return Message(header: header, payload: payload)
  }

  @usableFromInline @inline(never)
  func cutHeader(_ remaining: Int) -> WireError {
    WireError(.messageLength, at: offset, "\(remaining) bytes left, but a message header has 16")
  }

  @usableFromInline @inline(never)
  func badLength(_ length: UInt32, _ remaining: Int) -> WireError {
    WireError(.messageLength, at: offset, "a message claims \(length) bytes, but 16 to \(remaining) are possible")
  }
}
