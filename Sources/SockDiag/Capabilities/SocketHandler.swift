public import SockDiagWire

/// A part of the kernel that reports one kind of sockets through sock_diag.
///
/// Each can be a module of its own, which the kernel loads when the first request arrives.
///
/// Kernel: `struct sock_diag_handler`, linux/sock_diag.h; `struct inet_diag_handler`, linux/inet_diag.h.
public struct SocketHandler: Hashable, Sendable, Codable {
  /// The kind of sockets: `tcp`, `unix`, `packet`.
  public let name: String
  /// The address family of the request. IPv4 stands for both families.
  public let family: AddressFamily
  /// The protocol of the request; `nil` for a family that has one handler.
  public let `protocol`: TransportProtocol?
  /// The name of the module.
  public let module: String
  /// The name of the module on older kernels; `nil` if it always had this one.
  public let earlierModule: String?
  /// The option of the kernel's configuration.
  public let option: String
  /// The table in `/proc/net` that this package reads if there is no handler; `nil` for none.
  public let procNetTable: String?
  /// The first kernel that no longer has the handler; `nil` if all have it.
  public let removedIn: String?

  private init(
    _ name: String, _ family: AddressFamily, _ protocol: TransportProtocol? = nil, module: String,
    earlierModule: String? = nil, option: String, procNetTable: String? = nil, removedIn: String? = nil
  ) {
    self.name = name
    self.family = family
    self.protocol = `protocol`
    self.module = module
    self.earlierModule = earlierModule
    self.option = option
    self.procNetTable = procNetTable
    self.removedIn = removedIn
  }

  /// All handlers that Linux ever had.
  public static let all: [SocketHandler] = [
    SocketHandler("tcp", .inet, .tcp, module: "tcp_diag", option: "CONFIG_INET_TCP_DIAG", procNetTable: "tcp"),
    SocketHandler("udp", .inet, .udp, module: "udp_diag", option: "CONFIG_INET_UDP_DIAG", procNetTable: "udp"),
    SocketHandler(
      "udplite", .inet, .udpLite, module: "udp_diag", option: "CONFIG_INET_UDP_DIAG", procNetTable: "udplite",
      removedIn: "7.1"),
    SocketHandler("raw", .inet, .raw, module: "raw_diag", option: "CONFIG_INET_RAW_DIAG", procNetTable: "raw"),
    SocketHandler("mptcp", .inet, .mptcp, module: "mptcp_diag", option: "CONFIG_INET_MPTCP_DIAG"),
    SocketHandler("sctp", .inet, .sctp, module: "sctp_diag", option: "CONFIG_INET_SCTP_DIAG"),
    SocketHandler("dccp", .inet, .dccp, module: "dccp_diag", option: "CONFIG_INET_DCCP_DIAG", removedIn: "6.16"),
    SocketHandler("unix", .unix, module: "unix_diag", option: "CONFIG_UNIX_DIAG", procNetTable: "unix"),
    SocketHandler("netlink", .netlink, module: "netlink_diag", option: "CONFIG_NETLINK_DIAG", procNetTable: "netlink"),
    SocketHandler("packet", .packet, module: "af_packet_diag", option: "CONFIG_PACKET_DIAG", procNetTable: "packet"),
    SocketHandler("vsock", .vsock, module: "vsock_diag", option: "CONFIG_VSOCKETS_DIAG"),
    SocketHandler("xdp", .xdp, module: "xsk_diag", option: "CONFIG_XDP_SOCKETS_DIAG"),
    // Before Linux 6.11 the module had another name (net/tipc/Makefile).
    SocketHandler("tipc", .tipc, module: "tipc_diag", earlierModule: "diag", option: "CONFIG_TIPC_DIAG"),
    SocketHandler("smc", .smc, module: "smc_diag", option: "CONFIG_SMC_DIAG"),
  ]

  /// The handler of a protocol of IPv4 and IPv6; `nil` if Linux never had one.
  public static func handler(of protocol: TransportProtocol) -> SocketHandler? {
    all.first { $0.protocol == `protocol` }
  }

  /// The handler of a family; `nil` if Linux never had one, or if each protocol of the family has its own.
  public static func handler(of family: AddressFamily) -> SocketHandler? {
    all.first { $0.family == family && $0.protocol == nil }
  }
}

extension SocketHandler {
  /// The names that the module has or had, as a part of a sentence: `tipc_diag (diag on older kernels)`.
  var moduleNames: String { module + (earlierModule.map { " (\($0) on older kernels)" } ?? "") }

  /// A request for few or no sockets, which shows whether the kernel has this handler.
  var request: any NetlinkRequest {
    if let `protocol` { return InetRequest(.dump, `protocol`, family) }
    return switch family {
    case .unix: UnixSocketRequest(states: [], details: [])
    // No protocol of netlink has this number.
    case .netlink: NetlinkSocketRequest(NetlinkFamily(rawValue: 31), details: [])
    case .packet: PacketSocketRequest(details: [])
    case .vsock: VSockSocketRequest(states: [])
    case .xdp: XDPSocketRequest(details: [])
    case .tipc: TIPCSocketRequest()
    default: SMCSocketRequest(details: [])
    }
  }
}
