/// State and statistics of an SCTP association, or options of an SCTP endpoint.
///
/// The kernel uses one structure for both. It fills in the association's part or the endpoint's, and the members of the
/// other part are `nil`. A member is also `nil` if the received length does not cover it; members that a newer kernel
/// adds are kept in ``tail``.
///
/// Kernel: `struct sctp_info`, linux/sctp.h, since 4.7; `sctp_get_sctp_info`, net/sctp/socket.c.
public struct SCTPInfo: GrowingStructure {
  /// The structure as the kernel sent it.
  package let bytes: [UInt8]

  package init(bytes: [UInt8]) { self.bytes = bytes }

  /// The number of bytes that the kernel sent.
  public var byteCount: Int { bytes.count }
  /// The bytes that a newer kernel sent after the known structure.
  public var tail: [UInt8] { bytesBehind }

  /// The length of the structure that is known here, in bytes.
  static let knownByteCount = 368
  /// Where the options of an endpoint begin.
  private static let endpointOffset = 344

  /// Whether the structure describes an association. Only associations have a tag, which is never 0.
  public var isAssociation: Bool { bytes.count >= 4 && bytes.span.host32(at: 0) != 0 }

  func has(_ member: StructureMember) -> Bool { (member.offset < Self.endpointOffset) == isAssociation }

  /// What the peer can do. Kernel: `sctp_get_sctp_info`, net/sctp/socket.c.
  public struct PeerCapabilities: OptionSet, Hashable, Sendable, Codable {
    /// The kernel's bits.
    public let rawValue: UInt8

    /// Creates a set from the kernel's bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Authenticated chunks. Kernel: `auth_capable`.
    public static let authentication = PeerCapabilities(rawValue: 1 << 0)
    /// Partial reliability. Kernel: `prsctp_capable`.
    public static let partialReliability = PeerCapabilities(rawValue: 1 << 1)
    /// Changes of addresses. Kernel: `asconf_capable`.
    public static let addressChanges = PeerCapabilities(rawValue: 1 << 2)
    /// Resets of streams. Kernel: `reconf_capable`, since 6.3.
    public static let streamResets = PeerCapabilities(rawValue: 1 << 3)
    /// IPv6 addresses. Kernel: `ipv6_address`.
    public static let ipv6 = PeerCapabilities(rawValue: 1 << 4)
    /// IPv4 addresses. Kernel: `ipv4_address`.
    public static let ipv4 = PeerCapabilities(rawValue: 1 << 5)
    /// Explicit congestion notification. Kernel: `ecn_capable`.
    public static let ecn = PeerCapabilities(rawValue: 1 << 6)
    /// Interleaved messages. Kernel: `intl_capable`, since 6.3.
    public static let interleaving = PeerCapabilities(rawValue: 1 << 7)

    /// The kernel's name of each bit.
    package static let names: [(capability: PeerCapabilities, name: String)] = [
      (.authentication, "auth"), (.partialReliability, "prsctp"), (.addressChanges, "asconf"),
      (.streamResets, "reconf"), (.ipv6, "ipv6"), (.ipv4, "ipv4"), (.ecn, "ecn"), (.interleaving, "intl"),
    ]
  }
}
