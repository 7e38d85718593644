/// A request for UNIX sockets.
///
/// The kernel filters by state only. It cannot destroy such a socket.
///
/// Kernel: `struct unix_diag_req`, linux/unix_diag.h.
public struct UnixSocketRequest: Hashable, Sendable {
  /// The sockets that are wanted.
  public var target: Target
  /// What is wanted beyond the fixed record.
  public var details: Details
  /// Whether the names of peers are looked up, by a second walk over all sockets before: ``UnixSocket/Peer/name``.
  public var resolvesPeers = false

  /// The sockets that a request asks for.
  public enum Target: Hashable, Sendable {
    /// All in these states. Kernel: `udiag_states` with `NLM_F_DUMP`.
    case states(SocketStateSet)
    /// The one with this inode, and with this cookie unless it is ``SocketCookie/any``. Kernel: `udiag_ino`,
    /// `udiag_cookie`.
    case socket(inode: UInt32, cookie: SocketCookie)
  }

  /// Creates a request for all sockets in some states.
  public init(states: SocketStateSet = .all, details: Details = .all, resolvesPeers: Bool = false) {
    target = .states(states)
    self.details = details
    self.resolvesPeers = resolvesPeers
  }

  /// Creates a request for one socket.
  public init(inode: UInt32, cookie: SocketCookie = .any, details: Details = .all) {
    target = .socket(inode: inode, cookie: cookie)
    self.details = details
  }

  /// What a record may carry beyond its fixed part. ``UnixSocket/shutdown`` always comes.
  ///
  /// Kernel: `UDIAG_SHOW_*`, linux/unix_diag.h.
  public struct Details: OptionSet, Hashable, Sendable {
    /// The kernel's bits.
    public let rawValue: UInt32

    /// Creates a set from the kernel's bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// ``UnixSocket/name``. Kernel: `UDIAG_SHOW_NAME`.
    public static let name = Details(rawValue: 0x01)
    /// ``UnixSocket/file``. Kernel: `UDIAG_SHOW_VFS`.
    public static let file = Details(rawValue: 0x02)
    /// ``UnixSocket/peer``. Kernel: `UDIAG_SHOW_PEER`.
    public static let peer = Details(rawValue: 0x04)
    /// ``UnixSocket/waitingClients``. Kernel: `UDIAG_SHOW_ICONS`.
    public static let waitingClients = Details(rawValue: 0x08)
    /// ``UnixSocket/queues``. Kernel: `UDIAG_SHOW_RQLEN`.
    public static let queues = Details(rawValue: 0x10)
    /// ``UnixSocket/memory``. Kernel: `UDIAG_SHOW_MEMINFO`.
    public static let memory = Details(rawValue: 0x20)
    /// ``UnixSocket/uid``. Older kernels ignore it. Kernel: `UDIAG_SHOW_UID`, since 5.3.
    public static let uid = Details(rawValue: 0x40)

    /// Everything.
    public static let all: Details = [.name, .file, .peer, .waitingClients, .queues, .memory, .uid]
  }
}

extension UnixSocketRequest: NetlinkRequest {
  /// Kernel: `SOCK_DIAG_BY_FAMILY`.
  public var messageType: NetlinkMessageType { .sockDiagByFamily }

  /// Kernel: `NLM_F_DUMP`, or none for one socket.
  public var flags: NetlinkFlags { if case .states = target { .dump } else { [] } }

  /// Appends the fixed structure; there are no attributes.
  ///
  /// - Throws: ``NetlinkRequestFault/socketWithoutInode`` for an exact request with inode 0, which no socket has.
  public func appendPayload(to message: inout [UInt8]) throws(NetlinkRequestFault) {
    var (states, inode, cookie) = (UInt32(0), UInt32(0), SocketCookie.any.rawValue)
    switch target {
    case .states(let set): states = set.rawValue
    case .socket(inode: 0, _): throw .socketWithoutInode
    case .socket(let number, let wanted): (inode, cookie) = (number, wanted.rawValue)
    }
    // The protocol must be 0.
    message.append(contentsOf: [AddressFamily.unix.rawValue, 0, 0, 0])
    for word in [states, inode, details.rawValue] { message.appendHost32(word) }
    message.appendHost32(UInt32(truncatingIfNeeded: cookie))
    message.appendHost32(UInt32(truncatingIfNeeded: cookie >> 32))
  }
}
