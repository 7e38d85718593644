/// A socket of TCP, UDP or another protocol of IP as the kernel reports it.
///
/// The value is 104 bytes and needs no allocation, so large arrays are cheap to fill. The details of a query
/// (``InetDetails``) are stored separately: `tcp_info` in one allocation, and all others in a second one. A streaming
/// reader reuses both.
///
/// Kernel: `struct inet_diag_msg`, linux/inet_diag.h, and the attributes that follow it.
public struct InetSocket: Hashable, Sendable, Codable {
  @usableFromInline var localHigh: UInt64 = 0
  @usableFromInline var localLow: UInt64 = 0
  @usableFromInline var remoteHigh: UInt64 = 0
  @usableFromInline var remoteLow: UInt64 = 0
  @usableFromInline var rawCookie: UInt64 = 0
  @usableFromInline var rawCgroupID: UInt64 = 0
  /// Zero or one element. The array is a box with value semantics, which is reused in place unless another value shares
  /// it. Inline details would make every record six times as large.
  @usableFromInline var boxedAttributes: [InetAttributes] = []

  /// The interface that the socket is bound to, or the scope of a link-local address; 0 for none.
  /// Kernel: `idiag_if`.
  public package(set) var interfaceIndex: UInt32 = 0
  /// Bytes received but not read; for UDP, the memory that they occupy; on a listener, the connections that wait for
  /// `accept`. Kernel: `idiag_rqueue`.
  public package(set) var receiveQueue: UInt32 = 0
  /// Bytes written but not acknowledged; for UDP, the memory of unsent data; on a listener, the limit of
  /// ``receiveQueue``, which `/proc/net` does not report. Kernel: `idiag_wqueue`.
  public package(set) var sendQueue: UInt32 = 0
  /// The inode behind the socket's descriptors; 0 if no descriptor refers to it: TIME_WAIT, SYN_RECV, orphans. Kernel:
  /// `idiag_inode`.
  public package(set) var inode: UInt32 = 0
  @usableFromInline var timerExpires: UInt32 = 0
  @usableFromInline var rawUID: UInt32 = 0
  @usableFromInline var rawMark: UInt32 = 0
  @usableFromInline var rawDrops: UInt32 = 0
  @usableFromInline var localPort: UInt16 = 0
  @usableFromInline var remotePort: UInt16 = 0
  @usableFromInline var rawOptions: UInt16 = 0
  @usableFromInline var rawProtocol: UInt16 = 0
  @usableFromInline var timerKind: UInt8 = 0
  @usableFromInline var timerRetransmits: UInt8 = 0
  @usableFromInline var rawShutdown: UInt8 = 0
  @usableFromInline var present: Presence = []
  /// The family of the socket. An IPv6 socket with IPv4 peers is `inet6`. Kernel: `idiag_family`.
  public package(set) var family = AddressFamily(rawValue: 0)
  /// The state. Kernel: `idiag_state`.
  public package(set) var state = SocketState(rawValue: 0)

  /// The optional fields that are present.
  @usableFromInline
  struct Presence: OptionSet, Hashable, Sendable {
    @usableFromInline let rawValue: UInt16

    @inlinable
    init(rawValue: UInt16) { self.rawValue = rawValue }

    @inlinable static var cookie: Presence { Presence(rawValue: 1 << 0) }
    @inlinable static var cgroupID: Presence { Presence(rawValue: 1 << 1) }
    @inlinable static var mark: Presence { Presence(rawValue: 1 << 2) }
    @inlinable static var options: Presence { Presence(rawValue: 1 << 3) }
    @inlinable static var shutdown: Presence { Presence(rawValue: 1 << 4) }
    @inlinable static var v6Only: Presence { Presence(rawValue: 1 << 5) }
    /// The value of v6-only, not its presence.
    @inlinable static var isV6Only: Presence { Presence(rawValue: 1 << 6) }
    @inlinable static var drops: Presence { Presence(rawValue: 1 << 7) }
    /// The record came from /proc/net.
    @inlinable static var procNet: Presence { Presence(rawValue: 1 << 8) }
    /// The record is the last one of a destroyed socket, in which the kernel omits the owner.
    @inlinable static var isFinal: Presence { Presence(rawValue: 1 << 9) }

    mutating func set(_ bit: Presence, _ isPresent: Bool) {
      if isPresent { insert(bit) } else { remove(bit) }
    }
  }

  /// An empty record, for a decoder to fill.
  public init() {}
}

extension InetSocket {
  /// The fixed record alone. It shares no storage with this value, so a reader that streams can use its own again.
  package var withoutDetails: InetSocket {
    var record = self
    record.boxedAttributes = []
    return record
  }
}

extension InetSocket {
  /// The protocol. It is not part of a reply: the reader knows it from the request, or it is
  /// ``TransportProtocol/unspecified``.
  public internal(set) var `protocol`: TransportProtocol {
    @inlinable get { TransportProtocol(rawValue: rawProtocol) }
    set { rawProtocol = newValue.rawValue }
  }

  /// The local address and port. Kernel: `idiag_src`, `idiag_sport`.
  public package(set) var local: SocketAddress {
    @inlinable get { SocketAddress(IPAddress(family: family, high: localHigh, low: localLow), port: localPort) }
    set {
      localHigh = newValue.address.high
      localLow = newValue.address.low
      localPort = newValue.port
    }
  }

  /// The remote address and port, all zero if there is no peer. A TCP socket that was disconnected keeps the address,
  /// with port 0. Kernel: `idiag_dst`, `idiag_dport`.
  public package(set) var remote: SocketAddress {
    @inlinable get { SocketAddress(IPAddress(family: family, high: remoteHigh, low: remoteLow), port: remotePort) }
    set {
      remoteHigh = newValue.address.high
      remoteLow = newValue.address.low
      remotePort = newValue.port
    }
  }

  /// The kernel's unique number for this socket. `/proc/net` does not report it. Kernel: `idiag_cookie`.
  public internal(set) var cookie: SocketCookie? {
    @inlinable get { present.contains(.cookie) ? SocketCookie(rawValue: rawCookie) : nil }
    set {
      rawCookie = newValue?.rawValue ?? 0
      present.set(.cookie, newValue != nil)
    }
  }

  /// The user who made the socket. `nil` for TIME_WAIT and SYN_RECV records, which report 0 but have no owner, and in
  /// the final record of a destroyed socket, in which the kernel omits the owner. Kernel: `idiag_uid`.
  @inlinable public var uid: UInt32? { isMinisocket || present.contains(.isFinal) ? nil : rawUID }

  /// Whether this is a small record without descriptor and owner: TIME_WAIT, an orphan in FIN_WAIT2 that became one, or
  /// a request in SYN_RECV.
  @inlinable public var isMinisocket: Bool { Self.isMinisocket(timer: timerKind, state, inode: inode) }

  @inlinable
  static func isMinisocket(timer: UInt8, _ state: SocketState, inode: UInt32) -> Bool {
    timer == SocketTimer.Kind.timeWait.rawValue || state == .timeWait || (state == .synReceived && inode == 0)
  }

  /// The timer that runs, or `nil`.
  public package(set) var timer: SocketTimer? {
    @inlinable get {
      timerKind == 0
        ? nil
        : SocketTimer(
          SocketTimer.Kind(rawValue: timerKind), expiresMilliseconds: timerExpires, retransmits: timerRetransmits)
    }
    set {
      timerKind = newValue?.kind.rawValue ?? 0
      timerExpires = newValue?.expiresMilliseconds ?? 0
      timerRetransmits = newValue?.retransmits ?? 0
    }
  }

  /// The connections that wait for `accept`, on a listener.
  @inlinable public var acceptQueueLength: UInt32? { state == .listen ? receiveQueue : nil }

  /// The limit of connections that wait for `accept`, on a listener. `/proc/net` does not report it.
  @inlinable public var acceptQueueLimit: UInt32? { state == .listen && source == .sockDiag ? sendQueue : nil }

  /// The id of the cgroup (version 2) in which the socket was made: the inode number of its directory.
  /// Kernel: `INET_DIAG_CGROUP_ID`, since 5.8.
  public internal(set) var cgroupID: UInt64? {
    @inlinable get { present.contains(.cgroupID) ? rawCgroupID : nil }
    set {
      rawCgroupID = newValue ?? 0
      present.set(.cgroupID, newValue != nil)
    }
  }

  /// The firewall mark. The kernel reports it only to readers with CAP_NET_ADMIN. Kernel: `INET_DIAG_MARK`, since 4.9.
  public internal(set) var mark: UInt32? {
    @inlinable get { present.contains(.mark) ? rawMark : nil }
    set {
      rawMark = newValue ?? 0
      present.set(.mark, newValue != nil)
    }
  }

  /// Boolean options that are set. Kernel: `INET_DIAG_SOCKOPT`, since 5.10.
  public internal(set) var options: InetSocketOptions? {
    @inlinable get { present.contains(.options) ? InetSocketOptions(rawValue: rawOptions) : nil }
    set {
      rawOptions = newValue?.rawValue ?? 0
      present.set(.options, newValue != nil)
    }
  }

  /// The directions that are shut down. Kernel: `INET_DIAG_SHUTDOWN`, since 3.8.
  public internal(set) var shutdown: ShutdownSides? {
    @inlinable get { present.contains(.shutdown) ? ShutdownSides(rawValue: rawShutdown) : nil }
    set {
      rawShutdown = newValue?.rawValue ?? 0
      present.set(.shutdown, newValue != nil)
    }
  }

  /// Whether an IPv6 socket refuses IPv4. Reported in `listen` and `close` only.
  /// Kernel: `INET_DIAG_SKV6ONLY`, since 4.2.
  public internal(set) var isV6Only: Bool? {
    @inlinable get { present.contains(.v6Only) ? present.contains(.isV6Only) : nil }
    set {
      present.subtract([.v6Only, .isV6Only])
      if let newValue { present.formUnion(newValue ? [.v6Only, .isV6Only] : .v6Only) }
    }
  }

  /// Whether the socket is bound to `::` and accepts IPv4 as well. A raw socket never does.
  @inlinable public var isDualStackWildcard: Bool {
    family == .inet6 && isV6Only == false && local.address.isUnspecified && self.protocol != .raw
  }

  /// Datagrams dropped because the receive buffer was full. From `/proc/net/udp`, or part of
  /// ``InetDetails/socketMemory`` since 4.7.
  public package(set) var drops: UInt32? {
    @inlinable get { present.contains(.drops) ? rawDrops : socketMemory?.drops }
    set {
      rawDrops = newValue ?? 0
      present.set(.drops, newValue != nil)
    }
  }

  /// The source of the record.
  public internal(set) var source: SocketSource {
    @inlinable get { present.contains(.procNet) ? .procNet : .sockDiag }
    set { present.set(.procNet, newValue == .procNet) }
  }
}

extension InetSocket {
  /// Fills in a row of `/proc/net/{tcp,udp}{,6}`: the fields of that file; all others are absent.
  @inline(__always)
  package mutating func setProcNetRow(
    _ protocol: TransportProtocol, _ family: AddressFamily, local: (UInt64, UInt64, UInt16),
    remote: (UInt64, UInt64, UInt16), state: SocketState, uid: UInt32, inode: UInt32
  ) {
    self.rawProtocol = `protocol`.rawValue
    self.family = family
    self.state = state
    (localHigh, localLow, localPort) = local
    (remoteHigh, remoteLow, remotePort) = remote
    rawUID = uid
    self.inode = inode
    present = .procNet
    // Only some rows have it, and equality also compares absent fields.
    rawDrops = 0
  }
}

extension InetSocket: CustomStringConvertible {
  /// The protocol, state and addresses. Allocates.
  public var description: String { "\(`protocol`) \(state) \(local) → \(remote)" }
}
