/// What a socket on the requested port does to a bind().
public enum SocketEffect: Hashable, Sendable {
  /// It makes bind() fail with EADDRINUSE.
  case blocks(BlockReason)
  /// bind() succeeds beside it.
  case harmless(HarmlessReason)
  /// Whether it blocks depends on facts that are unknown.
  case depends(on: Unknowns)

  /// Facts that sock_diag does not tell.
  public struct Unknowns: OptionSet, Hashable, Sendable, Codable {
    /// The bits. They are ours.
    public let rawValue: UInt8

    /// Creates a set from its bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Whether the socket has SO_REUSEADDR.
    public static let reuseAddress = Unknowns(rawValue: 1 << 0)
    /// Whether the socket has SO_REUSEPORT.
    public static let reusePort = Unknowns(rawValue: 1 << 1)
    /// Whether the socket refuses IPv4.
    public static let v6Only = Unknowns(rawValue: 1 << 2)
    /// Whether the socket belongs to the same user.
    public static let uid = Unknowns(rawValue: 1 << 3)
    /// Which of several UDP sockets the kernel meets first: it stops at one that may be shared, and overlooks one that
    /// blocks behind it.
    public static let order = Unknowns(rawValue: 1 << 4)
    /// At which port the kernel begins to look for a free one: in a range of an odd number of ports it leaves one out, the
    /// first or the last.
    public static let firstTried = Unknowns(rawValue: 1 << 5)
    /// The interface that the socket is bound to.
    public static let interface = Unknowns(rawValue: 1 << 6)
  }
}

/// Why a socket blocks.
public struct BlockReason: Hashable, Sendable {
  /// How the addresses meet.
  public var overlap: AddressOverlap
  /// Why SO_REUSEADDR does not help.
  public var reuseAddress: NoSharing
  /// Why SO_REUSEPORT does not help.
  public var reusePort: NoSharing

  /// Creates a reason.
  public init(overlap: AddressOverlap, reuseAddress: NoSharing, reusePort: NoSharing) {
    self.overlap = overlap
    self.reuseAddress = reuseAddress
    self.reusePort = reusePort
  }

  /// Why an option does not let two sockets share a port. The first of these that holds.
  public enum NoSharing: String, Hashable, Sendable, Codable {
    /// Whatever the options are: SO_REUSEADDR beside a listener.
    case socketListens = "socket-listens"
    /// Whatever the options are: SO_REUSEPORT among sockets of two users.
    case otherUser = "other-user"
    /// The request has a program that chooses among sockets, and such a socket joins none that is there.
    case requestHasProgram = "request-has-program"
    /// The socket has not set it.
    case socketLacksIt = "socket-lacks-it"
    /// The request has not set it; that the socket has is known, or not.
    case requestLacksIt = "request-lacks-it"
  }
}

/// Why a socket is harmless.
public enum HarmlessReason: String, Hashable, Sendable, Codable {
  /// The addresses do not meet.
  case otherAddress = "other-address"
  /// It refuses IPv4, or the request does, and the other is IPv4.
  case otherFamily = "other-family"
  /// Both are bound to an interface, and not to the same.
  case otherInterface = "other-interface"
  /// One is bound to an interface of a VRF, and the other to none of it. TCP only.
  case otherRoutingDomain = "other-routing-domain"
  /// Both have SO_REUSEADDR, and the socket does not listen.
  case sharesReuseAddress = "shares-reuse-address"
  /// Both have SO_REUSEPORT, and are the same user's.
  case sharesReusePort = "shares-reuse-port"
  /// It is a connection that is being made, which the kernel does not keep among bound sockets.
  case notBound = "not-bound"
}
