public import SockDiag

/// How long a socket keeps its port.
#if hasAttribute(nonexhaustive)
  @nonexhaustive
#endif
public enum PortRelease: Hashable, Sendable {
  /// The kernel releases it after this time, within the two seconds by which it rounds its timers.
  case after(Duration)
  /// The kernel releases it after this time, unless the peer closes before: then 60 s after that.
  case afterOrLater(Duration)
  /// Until the peer answers, or the kernel gives up after some minutes.
  case whenPeerAnswers
  /// The port is released when the last process closes its descriptor.
  case whenClosed

  /// How long a socket keeps its port.
  public init(_ socket: InetSocket) {
    switch PortUse(socket) {
    case .timeWait:
      let rest = socket.timer?.expires ?? .zero
      self = socket.state == .finWait2 ? .afterOrLater(rest) : .after(rest)
    // The peer has acknowledged the close and has not closed its side yet. If `tcp_fin_timeout` is longer than a
    // minute, the socket waits in this form first, and the record only for the last part (`tcp_keepalive_timer`,
    // net/ipv4/tcp_timer.c).
    case .orphan where socket.state == .finWait2 && socket.timer?.kind == .keepalive:
      self = .afterOrLater(socket.timer?.expires ?? .zero)
    case .orphan, .request: self = .whenPeerAnswers
    default: self = .whenClosed
    }
  }
}
