/// An ability of the kernel that newer kernels have and older ones lack.
public struct KernelFeature: RawRepresentable, Hashable, Sendable, Codable {
  /// The name.
  public let rawValue: String

  /// Creates a feature from its name.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// One request reads TCP sockets of IPv4 and IPv6. Kernel: `TCPDIAG_GETSOCK`.
  public static let oneWalk = KernelFeature(rawValue: "one-walk")
  /// One request reads UDP or MPTCP sockets of IPv4 and IPv6. Kernel: `INET_DIAG_REQ_PROTOCOL`, since 5.9.
  public static let oneWalkForUDP = KernelFeature(rawValue: "one-walk-udp")
  /// TCP sockets that are only bound are listed. Kernel: `TCP_BOUND_INACTIVE`, since 6.8.
  public static let boundInactive = KernelFeature(rawValue: "bound-inactive")
  /// Sockets can be destroyed. Kernel: `CONFIG_INET_DIAG_DESTROY`, since 4.5.
  public static let destroy = KernelFeature(rawValue: "destroy")
  /// The ends of sockets are announced. Kernel: `SKNLGRP_INET_TCP_DESTROY`, since 4.2.
  public static let events = KernelFeature(rawValue: "events")
  /// Filters compare a port with one operation. Kernel: `INET_DIAG_BC_S_EQ`, since 4.16.
  public static let filterPort = KernelFeature(rawValue: "filter-port")
  /// Filters compare the interface. Kernel: `INET_DIAG_BC_DEV_COND`, since 4.8.
  public static let filterInterface = KernelFeature(rawValue: "filter-interface")
  /// Filters compare the firewall mark. Needs CAP_NET_ADMIN. Kernel: `INET_DIAG_BC_MARK_COND`, since 4.9.
  public static let filterMark = KernelFeature(rawValue: "filter-mark")
  /// Filters compare the cgroup. Kernel: `INET_DIAG_BC_CGROUP_COND`, since 5.8.
  public static let filterCgroup = KernelFeature(rawValue: "filter-cgroup")
  /// Records contain the cgroup. Kernel: `INET_DIAG_CGROUP_ID`, since 5.8.
  public static let cgroupID = KernelFeature(rawValue: "cgroup-id")
  /// Records contain boolean options. Kernel: `INET_DIAG_SOCKOPT`, since 5.10.
  public static let socketOptions = KernelFeature(rawValue: "socket-options")

  /// All features, in the order of reports.
  public static let all: [KernelFeature] = [
    .oneWalk, .oneWalkForUDP, .boundInactive, .destroy, .events, .filterPort, .filterInterface, .filterMark,
    .filterCgroup, .cgroupID, .socketOptions,
  ]

  /// What the kernel does, in one sentence without a full stop.
  public var explanation: String {
    switch self {
    case .oneWalk: "one request reads TCP sockets of IPv4 and IPv6"
    case .oneWalkForUDP: "one request reads UDP sockets of IPv4 and IPv6"
    case .boundInactive: "TCP sockets that are only bound are listed"
    case .destroy: "sockets can be destroyed"
    case .events: "the ends of TCP and UDP sockets are announced"
    case .filterPort: "the kernel compares single ports"
    case .filterInterface: "the kernel compares interfaces"
    case .filterMark: "the kernel compares firewall marks"
    case .filterCgroup: "the kernel compares cgroups"
    case .cgroupID: "records name the cgroup of a socket"
    case .socketOptions: "records have options of the socket"
    default: rawValue
    }
  }

  /// The first kernel that has the feature, and what else it needs; `nil` if every kernel has it.
  public var requirement: String? {
    switch self {
    case .oneWalkForUDP: "Linux 5.9"
    case .boundInactive: "Linux 6.8"
    case .destroy: "Linux 4.5 with CONFIG_INET_DIAG_DESTROY"
    case .events: "Linux 4.2"
    case .filterPort: "Linux 4.16"
    case .filterInterface: "Linux 4.8"
    case .filterMark: "Linux 4.9 and the capability CAP_NET_ADMIN"
    case .filterCgroup: "Linux 5.8 with CONFIG_SOCK_CGROUP_DATA"
    case .cgroupID: "Linux 5.8 with CONFIG_SOCK_CGROUP_DATA"
    case .socketOptions: "Linux 5.10"
    default: nil
    }
  }
}
