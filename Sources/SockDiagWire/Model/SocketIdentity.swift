/// Identifies a socket among all others, as long as the system runs.
///
/// The cookie alone is not enough: a TIME_WAIT record has the cookie of its socket, which may still exist, bound to the
/// same port.
public struct SocketIdentity: Hashable, Sendable, Codable {
  /// The family.
  public var family: AddressFamily
  /// The kernel's number of the protocol, within the family.
  public var `protocol`: UInt16
  /// The kernel's number for the socket.
  public var cookie: SocketCookie
  /// Whether this is a TCP socket that is only bound, which may share its cookie with a TIME_WAIT record.
  public var isBoundInactive: Bool
  /// Distinguishes the associations of an SCTP endpoint, which share its cookie; 0 for any other socket.
  public var association: UInt64

  /// Creates an identity from its parts.
  public init(
    _ family: AddressFamily, protocol: UInt16, _ cookie: SocketCookie, isBoundInactive: Bool = false,
    association: UInt64 = 0
  ) {
    self.family = family
    self.protocol = `protocol`
    self.cookie = cookie
    self.isBoundInactive = isBoundInactive
    self.association = association
  }
}
