/// A socket's state, by the kernel's number and the spelling of filters.
public enum LabState: UInt8, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  /// Connected, for TCP and UDP.
  case established = 1
  /// Our SYN was sent and not answered.
  case synSent
  /// The peer's SYN was answered, and our answer is not acknowledged.
  case synRecv
  /// Our FIN was sent and not acknowledged.
  case finWait1
  /// Our FIN was acknowledged, and the peer's FIN has not arrived.
  case finWait2
  /// Both FINs were acknowledged. Ours was first.
  case timeWait
  /// Closed. A UDP socket that is not connected has this state too.
  case close
  /// The peer's FIN arrived first, and ours was not sent.
  case closeWait
  /// The peer's FIN arrived first, and ours was not acknowledged.
  case lastACK
  /// Accepts connections.
  case listen
  /// Both FINs crossed, and ours was not acknowledged.
  case closing
  /// Bound, but neither listening nor connected. The kernel reports it as CLOSE, and only if the request asks for it.
  case boundInactive = 13

  /// The spelling of filters, such as `fin-wait-1`.
  public var description: String {
    switch self {
    case .established: "established"
    case .synSent: "syn-sent"
    case .synRecv: "syn-recv"
    case .finWait1: "fin-wait-1"
    case .finWait2: "fin-wait-2"
    case .timeWait: "time-wait"
    case .close: "close"
    case .closeWait: "close-wait"
    case .lastACK: "last-ack"
    case .listen: "listen"
    case .closing: "closing"
    case .boundInactive: "bound-inactive"
    }
  }
}

/// The protocol under which the kernel lists a socket.
public enum LabProtocol: String, Sendable, Hashable {
  /// TCP, subflows of MPTCP included.
  case tcp
  /// UDP.
  case udp
  /// Multipath TCP without its subflows.
  case mptcp
  /// UDP-Lite, whose ports are not those of UDP. Kernels before 7.1 have it.
  case udpLite = "udplite"
}

/// The facts that an inspector must see of one socket. `nil` means that any value is right.
public struct ExpectedSocket: Sendable, Hashable {
  /// The timer that must be running.
  public enum Timer: String, Sendable, Hashable {
    /// Waiting for an acknowledgement.
    case retransmit = "on"
    /// Waiting for the next keepalive probe.
    case keepAlive = "keepalive"
    /// Waiting for the end of TIME_WAIT, or of an orphaned FIN_WAIT2.
    case timeWait = "timewait"
    /// Probing a window that the peer has closed.
    case persist
  }

  /// The protocol.
  public var `protocol`: LabProtocol
  /// The state.
  public var state: LabState
  /// The local address and port.
  public var local: LabEndpoint
  /// The peer; the any-address with port 0 if there is none.
  public var remote: LabEndpoint
  /// Bytes to read, or connections waiting in the accept queue.
  public var receiveQueue: Int?
  /// Bytes not yet acknowledged, or the limit of the accept queue.
  public var sendQueue: Int?
  /// The running timer.
  public var timer: Timer?
  /// SO_MARK.
  public var mark: UInt32?
  /// IP_TOS.
  public var tos: UInt8?
  /// IPV6_TCLASS.
  public var trafficClass: UInt8?
  /// The congestion control algorithm.
  public var congestion: String?
  /// IPV6_V6ONLY.
  public var isV6Only: Bool?
  /// The device the socket is bound to.
  public var device: String?
  /// Bit 0: receiving is shut down; bit 1: sending is shut down.
  public var shutdown: UInt8?
  /// The number of the socket's MD5 keys.
  public var md5KeyCount: Int?
  /// The name of the cgroup below the root of the hierarchy.
  public var cgroupPath: String?
  /// The id of the cgroup.
  public var cgroupID: UInt64?
  /// Whether the socket counts packets that were dropped because the buffer was full.
  public var hasDrops: Bool?
  /// Whether no descriptor leads to the socket. The kernel then reports inode 0.
  public var isOrphan: Bool?

  /// Creates an expectation by the socket's identity. `adjust` sets further facts.
  public init(
    _ protocol: LabProtocol,
    _ state: LabState,
    _ local: LabEndpoint,
    _ remote: LabEndpoint? = nil,
    with adjust: (inout ExpectedSocket) -> Void = { _ in }
  ) {
    self.protocol = `protocol`
    self.state = state
    self.local = local
    self.remote = remote ?? LabEndpoint(local.address.isV6 ? .anyV6 : .anyV4, 0)
    // bind(2) to a native IPv6 address sets IPV6_V6ONLY. The kernel reports the option in these states only. An MPTCP
    // socket has its subflow bound, so only the subflow has the option.
    if `protocol` != .mptcp, [.listen, .close].contains(state), local.address.isV6, !local.address.isAny {
      isV6Only = !local.address.isMapped
    }
    adjust(&self)
  }
}
