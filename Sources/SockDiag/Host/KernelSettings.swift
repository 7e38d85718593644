public import SockDiagWire

/// Settings of a network namespace for ports, backlogs and closing connections.
///
/// They are read from `/proc/sys/net`, which shows the network namespace of the thread that opens a file there. Of another
/// namespace they can be read only inside it. A setting is `nil` if the kernel does not have it, if this process may not read it, or if it is invalid: without IPv6
/// there are no IPv6 settings, and some settings exist only in the host's first namespace.
///
/// A value is a copy at one moment. Reading it takes seventeen small files.
public struct KernelSettings: Hashable, Sendable, Codable {
  /// When `connect` may take the port of a connection in TIME_WAIT. It does not affect `bind`.
  public struct TimeWaitReuse: RawRepresentable, Hashable, Sendable, Codable {
    /// The kernel's number.
    public let rawValue: UInt8

    /// Creates a rule from the kernel's number.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Never.
    public static let never = TimeWaitReuse(rawValue: 0)
    /// If timestamps distinguish old segments from new ones.
    public static let always = TimeWaitReuse(rawValue: 1)
    /// The same, for connections over the loopback device alone: the default. Since Linux 4.19.
    public static let loopback = TimeWaitReuse(rawValue: 2)
  }

  /// When a listener answers with SYN cookies, which need no place in its queue.
  public struct SYNCookies: RawRepresentable, Hashable, Sendable, Codable {
    /// The kernel's number.
    public let rawValue: UInt8

    /// Creates a rule from the kernel's number.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Never.
    public static let never = SYNCookies(rawValue: 0)
    /// When its queue of requests is full: the default.
    public static let whenFull = SYNCookies(rawValue: 1)
    /// Always. Since Linux 3.12.
    public static let always = SYNCookies(rawValue: 2)
  }

  /// The first port that needs no privilege to bind. Kernel: `net.ipv4.ip_unprivileged_port_start`, since 4.11.
  public var unprivilegedPortStart: UInt16?
  /// The ports from which the kernel chooses one for `connect`, and for `bind` to port 0; IPv6 uses it too. Kernel:
  /// `net.ipv4.ip_local_port_range`.
  public var localPortRange: ClosedRange<UInt16>?
  /// Ports that the kernel does not choose. A program can still bind them. Kernel: `net.ipv4.ip_local_reserved_ports`,
  /// since 2.6.35.
  public var reservedPorts: PortSet?
  /// Whether a TCP `bind` to port 0 shares ports by SO_REUSEADDR if no other port is left. Kernel:
  /// `net.ipv4.ip_autobind_reuse`, since 5.7.
  public var sharesChosenPorts: Bool?
  /// Whether a TCP socket that is bound to no interface accepts from all VRFs. Then TCP keeps the ports of all VRFs in one
  /// table. `nil` in a kernel without VRFs. Kernel: `net.ipv4.tcp_l3mdev_accept`, since 4.5.
  public var acceptsFromAllRoutingDomains: Bool?
  /// Whether IPv4 sockets may be bound to addresses that this host does not have. Kernel: `net.ipv4.ip_nonlocal_bind`.
  public var allowsNonlocalBindV4: Bool?
  /// Whether IPv6 sockets may be bound to addresses that this host does not have. Kernel: `net.ipv6.ip_nonlocal_bind`,
  /// since 4.11.
  public var allowsNonlocalBindV6: Bool?
  /// Whether an IPv6 socket refuses IPv4 by default. Kernel: `net.ipv6.bindv6only`.
  public var bindsV6Only: Bool?
  /// How long a connection without descriptor stays in FIN_WAIT2. The length of TIME_WAIT is not a setting. Kernel:
  /// `net.ipv4.tcp_fin_timeout`.
  public var finTimeout: Duration?
  /// When `connect` may take the port of a connection in TIME_WAIT. Kernel: `net.ipv4.tcp_tw_reuse`.
  public var timeWaitReuse: TimeWaitReuse?
  /// The maximum number of connections in TIME_WAIT; further ones are closed at once. Kernel:
  /// `net.ipv4.tcp_max_tw_buckets`.
  public var maximumTimeWait: UInt32?
  /// How many requests in SYN_RECV a listener may have without cookies. Kernel: `net.ipv4.tcp_max_syn_backlog`.
  public var maximumSYNBacklog: UInt32?
  /// The maximum number of TCP sockets without descriptor, in all namespaces of the host; further ones are reset. Only
  /// the host's first namespace has this setting. Kernel: `net.ipv4.tcp_max_orphans`.
  public var maximumOrphans: UInt32?
  /// Whether a connection that does not fit the queue of its listener is reset rather than ignored. Kernel:
  /// `net.ipv4.tcp_abort_on_overflow`.
  public var abortsOnOverflow: Bool?
  /// When listeners answer with SYN cookies. Kernel: `net.ipv4.tcp_syncookies`.
  public var synCookies: SYNCookies?
  /// The largest backlog that `listen` grants. Kernel: `net.core.somaxconn`.
  public var maximumBacklog: UInt32?

  private init() {}

  /// Creates settings that are all unknown, to fill in.
  public static var unknown: KernelSettings { KernelSettings() }

  /// Reads the settings of the network namespace of the calling thread.
  ///
  /// - Parameter procRoot: Where proc is mounted.
  public init(procRoot: String = "/proc") {
    self.init()
    let ipv4 = procRoot + "/sys/net/ipv4/"
    let ipv6 = procRoot + "/sys/net/ipv6/"
    unprivilegedPortStart = Self.number(ipv4 + "ip_unprivileged_port_start")
    localPortRange = ProcText.read(ipv4 + "ip_local_port_range").flatMap(Self.portRange)
    reservedPorts = ProcText.read(ipv4 + "ip_local_reserved_ports", capacity: 1 << 18).flatMap(Self.ports)
    sharesChosenPorts = Self.flag(ipv4 + "ip_autobind_reuse")
    acceptsFromAllRoutingDomains = Self.flag(ipv4 + "tcp_l3mdev_accept")
    allowsNonlocalBindV4 = Self.flag(ipv4 + "ip_nonlocal_bind")
    allowsNonlocalBindV6 = Self.flag(ipv6 + "ip_nonlocal_bind")
    bindsV6Only = Self.flag(ipv6 + "bindv6only")
    finTimeout = (Self.number(ipv4 + "tcp_fin_timeout") as UInt32?).map { .seconds($0) }
    timeWaitReuse = Self.number(ipv4 + "tcp_tw_reuse").map(TimeWaitReuse.init)
    maximumTimeWait = Self.number(ipv4 + "tcp_max_tw_buckets")
    maximumSYNBacklog = Self.number(ipv4 + "tcp_max_syn_backlog")
    maximumOrphans = Self.number(ipv4 + "tcp_max_orphans")
    abortsOnOverflow = Self.flag(ipv4 + "tcp_abort_on_overflow")
    synCookies = Self.number(ipv4 + "tcp_syncookies").map(SYNCookies.init)
    maximumBacklog = Self.number(procRoot + "/sys/net/core/somaxconn")
  }

  /// Reads the settings of a network namespace.
  ///
  /// - Throws: ``SockDiagError``: the code ``SockDiagError/Code/namespaceForbidden`` or ``SockDiagError/Code/namespaceGone``.
  public init(in namespace: NetworkNamespace) throws(SockDiagError) {
    self = try namespace.perform { KernelSettings(procRoot: "/proc") }
  }
}

extension KernelSettings {
  /// The ports that the kernel chooses from: the range without the reserved ports; `nil` if the range is not known.
  public var choosablePorts: PortSet? {
    localPortRange.map { PortSet([$0]).intersection((reservedPorts ?? PortSet()).complement) }
  }

  private static func number<Number: FixedWidthInteger>(_ path: String) -> Number? {
    guard let words = ProcText.read(path)?.words, words.count == 1 else { return nil }
    return words[0].decimal()
  }

  private static func flag(_ path: String) -> Bool? { (number(path) as UInt32?).map { $0 != 0 } }

  /// Two ports; the first is not above the second.
  private static func portRange(_ text: [UInt8]) -> ClosedRange<UInt16>? {
    let ports = text.words.map { $0.decimal(as: UInt16.self) }
    guard ports.count == 2, let first = ports[0], let last = ports[1], first <= last else { return nil }
    return first...last
  }

  /// A list such as `8080,9000-9010`, which may be empty. `nil` if any part is invalid, because a partial list would be
  /// taken for the whole.
  private static func ports(_ text: [UInt8]) -> PortSet? {
    let words = text.words
    guard let list = words.first else { return PortSet() }
    guard words.count == 1 else { return nil }
    var ranges: [ClosedRange<UInt16>] = []
    for item in list.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      let ends = item.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        .map { $0.decimal(as: UInt16.self) }
      guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last else {
        return nil
      }
      ranges.append(first...last)
    }
    return PortSet(ranges)
  }
}
