/// What bind() and listen() are going to answer.
public struct BindPrediction: Hashable, Sendable {
  /// What bind() answers. Where it is not called, it cannot fail.
  public var bind: Outcome
  /// What listen() answers if bind() succeeds and nothing changes in between; `nil` where there is no listen(): for
  /// UDP, and where bind() fails.
  public var listen: Outcome?
  /// What each socket does, in the order in which they were given. Empty where an error comes before the sockets are
  /// looked at.
  public var effects: [SocketEffect]
  /// What the answer leaves out.
  public var caveats: Caveats

  /// The unknown facts that the answer depends on; empty where it is certain.
  public var unknowns: SocketEffect.Unknowns {
    if case .depends(let on) = decisive { on } else { [] }
  }

  /// What the first of the two calls answers that may fail.
  var decisive: Outcome { bind == .succeeds ? listen ?? .succeeds : bind }

  /// What a call answers.
  public enum Outcome: Hashable, Sendable {
    /// It succeeds.
    case succeeds
    /// It fails.
    case fails(BindErrno)
    /// It succeeds, or fails with EADDRINUSE, depending on facts that are unknown.
    case depends(on: SocketEffect.Unknowns)
  }

  /// Reasons for which an answer may not hold.
  public struct Caveats: OptionSet, Hashable, Sendable, Codable {
    /// The bits. They are ours.
    public let rawValue: UInt8

    /// Creates a set from its bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The rule says no, but the kernel remembers for a port that its sockets shared it by SO_REUSEPORT, and may let one
    /// more in though a socket has since changed its mind. It never errs to the other side. Kernel:
    /// `sk_reuseport_match`, net/ipv4/inet_connection_sock.c.
    public static let bucketMemory = Caveats(rawValue: 1 << 0)
    /// Another bound socket may come first: then listen() fails, though both binds succeeded.
    public static let listenRace = Caveats(rawValue: 1 << 1)
  }
}
