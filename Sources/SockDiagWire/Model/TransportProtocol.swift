/// A transport protocol.
///
/// Kernel: `IPPROTO_*`, linux/in.h.
public struct TransportProtocol: RawRepresentable, Hashable, Sendable {
  /// The kernel's number. That of MPTCP does not fit into eight bits.
  public let rawValue: UInt16

  /// Creates a protocol from the kernel's number.
  @inlinable
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Whether the numbers are equal.
  @inlinable
  public static func == (left: TransportProtocol, right: TransportProtocol) -> Bool { left.rawValue == right.rawValue }

  /// Unknown, as in a reply whose request was not captured. Kernel: `IPPROTO_IP`.
  @inlinable public static var unspecified: TransportProtocol { TransportProtocol(rawValue: 0) }
  /// TCP. Kernel: `IPPROTO_TCP`.
  @inlinable public static var tcp: TransportProtocol { TransportProtocol(rawValue: 6) }
  /// Multipath TCP. Its socket is built on a TCP socket, which has the port. Kernel: `IPPROTO_MPTCP`, since 5.6; its
  /// sockets are reported since 5.9.
  @inlinable public static var mptcp: TransportProtocol { TransportProtocol(rawValue: 262) }
  /// UDP. Kernel: `IPPROTO_UDP`.
  @inlinable public static var udp: TransportProtocol { TransportProtocol(rawValue: 17) }
  /// UDP-Lite, which may leave a part of a datagram without checksum. Kernel: `IPPROTO_UDPLITE`, until 7.0.
  @inlinable public static var udpLite: TransportProtocol { TransportProtocol(rawValue: 136) }
  /// Raw sockets: those that read and write IP packets of one protocol. Kernel: `IPPROTO_RAW`, reported since 4.10.
  @inlinable public static var raw: TransportProtocol { TransportProtocol(rawValue: 255) }
  /// SCTP. Kernel: `IPPROTO_SCTP`, reported since 4.7.
  @inlinable public static var sctp: TransportProtocol { TransportProtocol(rawValue: 132) }
  /// DCCP. Kernel: `IPPROTO_DCCP`, until 6.15.
  @inlinable public static var dccp: TransportProtocol { TransportProtocol(rawValue: 33) }

  /// Creates a protocol from its name, such as `tcp` or `udplite`, or from its number.
  public init?(name: some StringProtocol) {
    if let named = Self.names.first(where: { name == $0.name }) {
      self = named.protocol
      return
    }
    guard name.utf8.allSatisfy(\.isDigit), let number = UInt16(name) else { return nil }
    self.init(rawValue: number)
  }

  private static let names: [(protocol: TransportProtocol, name: String)] = [
    (.tcp, "tcp"), (.udp, "udp"), (.mptcp, "mptcp"), (.udpLite, "udplite"), (.raw, "raw"), (.sctp, "sctp"),
    (.dccp, "dccp"), (.unspecified, "unspecified"),
  ]
}

extension TransportProtocol: CustomStringConvertible {
  /// The protocol's name, or its number if it has no name here.
  public var description: String {
    // Compared one by one, because lists of sockets print it for each of them.
    switch self {
    case .tcp: "tcp"
    case .udp: "udp"
    case .mptcp: "mptcp"
    case .udpLite: "udplite"
    case .raw: "raw"
    case .sctp: "sctp"
    case .dccp: "dccp"
    case .unspecified: "unspecified"
    default: String(rawValue)
    }
  }
}

extension TransportProtocol {
  /// Whether sockets of the protocol carry connections. Of an unknown protocol it is assumed.
  public var hasConnections: Bool { self != .udp && self != .udpLite && self != .raw }

  /// Whether its sockets have `tcp_info`. Of an unknown protocol it is assumed.
  var hasTCPInfo: Bool { hasConnections && self != .mptcp && self != .sctp }

  /// Whether the kernel looks its sockets up with the two ends exchanged, "for historical reasons" (udp_dump_one,
  /// net/ipv4/udp_diag.c).
  package var isLookedUpReversed: Bool { self == .udp || self == .udpLite }
}
