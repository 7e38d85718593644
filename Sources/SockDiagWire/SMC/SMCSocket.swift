/// An SMC socket as the kernel reports it.
///
/// Kernel: `struct smc_diag_msg`, linux/smc_diag.h, and the attributes that follow it.
public struct SMCSocket: Hashable, Sendable {
  /// The state, of which SMC has its own. Kernel: `diag_state`.
  public var smcState = SMCState.initial
  /// How the data goes. Kernel: `diag_mode`, before 4.19 `diag_fallback`.
  public var mode = Mode.rdma
  /// The local address of the TCP socket below. The record does not say which version of IP it is, so an address of IPv6
  /// whose last 12 bytes are zero, such as `::`, is reported as IPv4, unless the other end shows the version. Kernel:
  /// `id.idiag_src`, `id.idiag_sport`.
  public var local = SocketAddress(.anyV4, port: 0)
  /// The peer's address of the TCP socket below; port 0 for no peer. Kernel: `id.idiag_dst`, `id.idiag_dport`.
  public var remote = SocketAddress(.anyV4, port: 0)
  /// The interface that the TCP socket below is bound to; 0 for none. Kernel: `id.idiag_if`.
  public var interfaceIndex: UInt32 = 0
  /// The kernel's number for this one socket; the TCP socket below has another. Kernel: `id.idiag_cookie`.
  public var cookie: SocketCookie?
  /// The user who made the socket. Kernel: `diag_uid`.
  public var uid: UInt32?
  /// The inode behind the socket's descriptors; 0 for none. Kernel: `diag_inode`.
  public var longInode: UInt64 = 0
  /// The directions that are shut down. Kernel: `SMC_DIAG_SHUTDOWN`.
  public var shutdown: ShutdownSides?
  /// Why the data goes by TCP. Kernel: `SMC_DIAG_FALLBACK`, since 4.19.
  public var fallback: Fallback?
  /// The buffers of the connection and how far they were used; `nil` without shared memory. Kernel:
  /// `SMC_DIAG_CONNINFO`.
  public var connection: Connection?
  /// The link between two RDMA devices. Kernel: `SMC_DIAG_LGRINFO`.
  public var link: Link?
  /// The memory of an ISM device. Kernel: `SMC_DIAG_DMBINFO`, since 4.19.
  public var memoryBuffer: MemoryBuffer?
  /// Attributes that are not decoded here, and those that are longer than this library knows.
  public var unknownAttributes: [UnknownAttribute] = []

  /// Creates an empty record, for a decoder to fill.
  public init() {}

  /// How the data of a connection goes.
  ///
  /// Kernel: `SMC_DIAG_MODE_*`, linux/smc_diag.h.
  public struct Mode: RawRepresentable, Hashable, Sendable {
    /// The kernel's number.
    public let rawValue: UInt8

    /// Creates a mode from the kernel's number.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Through memory that RDMA devices share, or not decided yet. Kernel: `SMC_DIAG_MODE_SMCR`.
    public static let rdma = Mode(rawValue: 0)
    /// By the TCP socket below. Kernel: `SMC_DIAG_MODE_FALLBACK_TCP`.
    public static let tcp = Mode(rawValue: 1)
    /// Through memory of an ISM device. Kernel: `SMC_DIAG_MODE_SMCD`.
    public static let internalSharedMemory = Mode(rawValue: 2)

    static let names = ["smc-r", "tcp", "smc-d"]
  }

  /// Why the data of a connection goes by TCP.
  ///
  /// Kernel: `struct smc_diag_fallback`, linux/smc_diag.h.
  public struct Fallback: Hashable, Sendable {
    /// The reason on this side. Kernel: `reason`.
    public var reason: SMCDecline
    /// The reason that the peer sent. Kernel: `peer_diagnosis`.
    public var peerReason: SMCDecline

    /// Creates reasons from their parts.
    public init(reason: SMCDecline, peerReason: SMCDecline) {
      self.reason = reason
      self.peerReason = peerReason
    }
  }
}

extension SMCSocket.Mode: CustomStringConvertible {
  /// The name of the mode, or its number.
  public var description: String {
    Int(rawValue) < Self.names.count ? Self.names[Int(rawValue)] : String(rawValue)
  }

  /// Creates a mode from its name or its number.
  init?(name: String) {
    guard let number = UInt8(name: name, in: Self.names) else { return nil }
    self.init(rawValue: number)
  }
}

extension SMCSocket: KernelSocket {
  /// Always SMC.
  public var family: AddressFamily { .smc }
  /// Always `smc`.
  public var netID: String { "smc" }
  /// Always true.
  public var isConnectionOriented: Bool { true }
  /// The state of TCP that comes closest to ``smcState``.
  public var state: SocketState { smcState.socketState }
  /// The cookie.
  public var identity: SocketIdentity? { cookie.map { SocketIdentity(.smc, protocol: 0, $0) } }
  /// Always `nil`: no record has queues.
  public var queues: SocketQueues? { nil }
  /// The inode; 0 if it does not fit into 32 bits, which no kernel makes.
  public var inode: UInt32 { UInt32(exactly: longInode) ?? 0 }
  /// Always `nil`: no record names a cgroup.
  public var cgroupID: UInt64? { nil }
  /// Always sock_diag.
  public var source: SocketSource { .sockDiag }

  /// Appends the address and the port of the TCP socket below; `*` for all addresses.
  public func appendLocal<Names: EndpointNames>(to text: inout [UInt8], _ names: inout Names) {
    append(local, scope: interfaceIndex, to: &text, &names)
  }

  /// Appends the peer's address and port; `*` for no peer.
  public func appendRemote<Names: EndpointNames>(to text: inout [UInt8], _ names: inout Names) {
    if remote.port == 0, remote.address.isUnspecified { return text.append(UInt8(ascii: "*")) }
    append(remote, scope: remote.address.isLinkLocal ? interfaceIndex : 0, to: &text, &names)
  }

  private func append<Names: EndpointNames>(
    _ end: SocketAddress, scope: UInt32, to text: inout [UInt8], _ names: inout Names
  ) {
    let isBracketed = end.address.family == .inet6
    if end.address.isUnspecified {
      text.append(UInt8(ascii: "*"))
    } else {
      if isBracketed { text.append(UInt8(ascii: "[")) }
      end.address.write(to: &text)
    }
    if scope != 0 {
      text.append(UInt8(ascii: "%"))
      names.appendInterface(scope, to: &text)
    }
    if isBracketed, !end.address.isUnspecified { text.append(UInt8(ascii: "]")) }
    text.append(UInt8(ascii: ":"))
    text.appendDecimal(UInt64(end.port))
  }

  /// The state and both ends. Allocates.
  public var description: String { "smc \(smcState) \(localText) → \(remoteText)" }
}

extension SMCSocket: FilterSubject {
  /// Answers one condition of a filter: addresses and ports are those of the TCP socket below.
  public func answer(to question: FilterQuestion) -> Bool? {
    switch question.condition {
    case .ports(.local, let ports): ports.contains(local.port)
    case .ports(.remote, let ports): ports.contains(remote.port)
    case .address(.local, let prefix): prefix.contains(local.address)
    case .address(.remote, let prefix): prefix.contains(remote.address)
    case .interface(let index): interfaceIndex == index
    default: commonAnswer(to: question.condition)
    }
  }
}
