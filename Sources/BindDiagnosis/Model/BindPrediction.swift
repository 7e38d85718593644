/// The predicted answers of bind() and listen().
public struct BindPrediction: Hashable, Sendable {
  /// The answer of bind(). If it is not called, it cannot fail.
  public var bind: Outcome
  /// The answer of listen() if bind() succeeds and nothing changes in between; `nil` if there is no listen(): for UDP,
  /// and if bind() fails.
  public var listen: Outcome?
  /// The effect of each socket, in the given order. Empty if bind() fails with an error that comes before the sockets.
  public var effects: [SocketEffect]
  /// Reasons why the answer may not hold.
  public var caveats: Caveats

  /// The unknown facts that the answer depends on; empty if it is certain.
  public var unknowns: SocketEffect.Unknowns {
    if case .depends(let on) = decisive { on } else { [] }
  }

  /// The answer of the first of the two calls that may fail.
  var decisive: Outcome { bind == .succeeds ? listen ?? .succeeds : bind }

  /// The answer of a call.
  public enum Outcome: Hashable, Sendable {
    /// It succeeds.
    case succeeds
    /// It fails.
    case fails(BindErrno)
    /// It succeeds, or fails with EADDRINUSE, depending on unknown facts.
    case depends(on: SocketEffect.Unknowns)
  }

  /// Reasons why an answer may not hold.
  public struct Caveats: OptionSet, Hashable, Sendable, Codable {
    /// The bits. They are ours.
    public let rawValue: UInt8

    /// Creates a set from its bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The rule says no, but the kernel caches for a port that its sockets shared it by SO_REUSEPORT. It may accept one
    /// more although a socket has changed its option since. It never errs in the other direction. Kernel:
    /// `sk_reuseport_match`, net/ipv4/inet_connection_sock.c.
    public static let bucketMemory = Caveats(rawValue: 1 << 0)
    /// Another bound socket may call listen() first: then listen() fails, although both binds succeeded.
    public static let listenRace = Caveats(rawValue: 1 << 1)
    /// The rule says that bind() fails, but the kernel caches for a port that its sockets shared it by SO_REUSEADDR. It
    /// may accept one more although a socket has unset the option since. Then listen() fails. See
    /// ``BindConditions/remembersReuseAddress``.
    public static let reuseAddressMemory = Caveats(rawValue: 1 << 2)
  }
}
