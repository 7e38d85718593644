/// A transport protocol.
///
/// Kernel: `IPPROTO_*`, linux/in.h.
public struct TransportProtocol: RawRepresentable, Hashable, Sendable {
  /// The kernel's number. That of MPTCP does not fit into eight bits.
  public let rawValue: UInt16

  /// Creates a protocol from the kernel's number.
  @inlinable
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Unknown, as in a reply whose request was not captured. Kernel: `IPPROTO_IP`.
  public static let unspecified = TransportProtocol(rawValue: 0)
  /// TCP. Kernel: `IPPROTO_TCP`.
  public static let tcp = TransportProtocol(rawValue: 6)
  /// Multipath TCP. Its socket is built on a TCP socket, which has the port. Kernel: `IPPROTO_MPTCP`, since 5.6.
  public static let mptcp = TransportProtocol(rawValue: 262)
  /// UDP. Kernel: `IPPROTO_UDP`.
  public static let udp = TransportProtocol(rawValue: 17)

  /// Creates a protocol from its name, `tcp` or `udp`, or from its number.
  public init?(name: some StringProtocol) {
    switch name {
    case "tcp": self = .tcp
    case "udp": self = .udp
    case "unspecified": self = .unspecified
    default:
      guard name.utf8.allSatisfy(\.isDigit), let number = UInt16(name) else { return nil }
      self.init(rawValue: number)
    }
  }
}

extension TransportProtocol: CustomStringConvertible {
  /// The protocol's name, or its number if it has no name here.
  public var description: String {
    switch self {
    case .tcp: "tcp"
    case .udp: "udp"
    case .unspecified: "unspecified"
    default: String(rawValue)
    }
  }
}
