/// Details that a dump may return in addition to the fixed record.
///
/// Each costs the kernel time, so request only those that you read.
///
/// Kernel: `idiag_ext`, linux/inet_diag.h: bit n - 1 requests attribute n.
public struct InetDetails: OptionSet, Hashable, Sendable, Codable {
  /// The kernel's bits.
  public let rawValue: UInt8

  /// Creates a set from the kernel's bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// ``InetSocket/memory``. Kernel: `INET_DIAG_MEMINFO`.
  public static let memory = InetDetails(rawValue: 1 << 0)
  /// ``InetSocket/tcpInfo``, or ``InetSocket/mptcpInfo`` or ``InetSocket/sctpInfo`` of those protocols, with ``InetSocket/upperLayerProtocol`` and, given CAP_NET_ADMIN, ``InetSocket/md5Keys``.
  /// Kernel: `INET_DIAG_INFO`.
  public static let tcpInfo = InetDetails(rawValue: 1 << 1)
  /// ``InetSocket/congestionInfo``: this bit requests vegas, dctcp and bbr. Kernel: `INET_DIAG_VEGASINFO`.
  public static let congestionInfo = InetDetails(rawValue: 1 << 2)
  /// ``InetSocket/congestion``. Kernel: `INET_DIAG_CONG`.
  public static let congestion = InetDetails(rawValue: 1 << 3)
  /// ``InetSocket/typeOfService``. Kernel: `INET_DIAG_TOS`.
  public static let typeOfService = InetDetails(rawValue: 1 << 4)
  /// ``InetSocket/trafficClass`` and ``InetSocket/classID``. Kernel: `INET_DIAG_TCLASS`.
  public static let trafficClass = InetDetails(rawValue: 1 << 5)
  /// ``InetSocket/socketMemory``. Kernel: `INET_DIAG_SKMEMINFO`, since 3.3.
  public static let socketMemory = InetDetails(rawValue: 1 << 6)
  /// All of the above.
  public static let all = InetDetails(rawValue: 0x7f)
}
