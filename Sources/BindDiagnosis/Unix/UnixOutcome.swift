/// The answer of bind() or connect() to a UNIX socket.
#if hasAttribute(nonexhaustive)
  @nonexhaustive
#endif
public enum UnixOutcome: Hashable, Sendable {
  /// It succeeds.
  case succeeds
  /// It fails. A connect() that fails with EAGAIN would wait if its socket blocks.
  case fails(BindErrno)
  /// Facts decide that this process cannot see.
  case unknown

  init(_ error: BindErrno?) { self = error.map(UnixOutcome.fails) ?? .succeeds }
}

extension UnixOutcome: CustomStringConvertible {
  /// `succeeds`, `depends`, or the kernel's name of the error.
  public var description: String {
    switch self {
    case .succeeds: "succeeds"
    case .fails(let error): "\(error)"
    case .unknown: "depends"
    }
  }
}
