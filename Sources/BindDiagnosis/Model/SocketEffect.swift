/// The effect of a socket on the requested port on a bind().
#if hasAttribute(nonexhaustive)
  @nonexhaustive
#endif
public enum SocketEffect: Hashable, Sendable {
  /// It makes bind() fail with EADDRINUSE.
  case blocks(BlockReason)
  /// bind() succeeds despite it.
  case harmless(HarmlessReason)
  /// Whether it blocks depends on facts that are unknown.
  case depends(on: Unknowns)

  /// Facts that sock_diag does not report.
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
    /// Which of several UDP sockets the kernel meets first: it stops at one that may be shared, and misses a blocking
    /// one after it.
    public static let order = Unknowns(rawValue: 1 << 4)
    /// The port at which the kernel starts its search: in a range with an odd number of ports it skips the first or the
    /// last.
    public static let firstTried = Unknowns(rawValue: 1 << 5)
    /// The interface that the socket is bound to.
    public static let interface = Unknowns(rawValue: 1 << 6)
  }
}

/// Why a socket blocks.
public struct BlockReason: Hashable, Sendable {
  /// How the addresses overlap.
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

  /// Why an option does not let two sockets share a port: the first reason that applies.
  #if hasAttribute(nonexhaustive)
    @nonexhaustive
  #endif
  public enum NoSharing: String, Hashable, Sendable, Codable {
    /// The socket listens: then SO_REUSEADDR never helps.
    case socketListens = "socket-listens"
    /// The users differ: then SO_REUSEPORT never helps.
    case otherUser = "other-user"
    /// The request has a program that chooses among sockets, so it cannot join existing sockets.
    case requestHasProgram = "request-has-program"
    /// The socket on the port has not set the option.
    case socketLacksIt = "socket-lacks-it"
    /// The request has not set it; whether the socket has it may be unknown.
    case requestLacksIt = "request-lacks-it"
  }
}

/// Why a socket is harmless.
#if hasAttribute(nonexhaustive)
  @nonexhaustive
#endif
public enum HarmlessReason: String, Hashable, Sendable, Codable {
  /// The addresses do not overlap.
  case otherAddress = "other-address"
  /// It refuses IPv4 or the request does, and the other side is IPv4.
  case otherFamily = "other-family"
  /// Both are bound to interfaces, which differ.
  case otherInterface = "other-interface"
  /// One is bound to an interface of a VRF, and the other is not in that VRF. TCP only.
  case otherRoutingDomain = "other-routing-domain"
  /// Both have SO_REUSEADDR, and the socket does not listen.
  case sharesReuseAddress = "shares-reuse-address"
  /// Both have SO_REUSEPORT and belong to the same user.
  case sharesReusePort = "shares-reuse-port"
  /// It is a connection request, which the kernel does not keep among bound sockets.
  case notBound = "not-bound"
}
