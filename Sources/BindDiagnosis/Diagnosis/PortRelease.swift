public import SockDiag

/// Until when a socket keeps its port.
public enum PortRelease: Hashable, Sendable {
  /// The kernel lets go after this time, give or take the two seconds by which it rounds its timers.
  case after(Duration)
  /// The kernel lets go after this time, unless the peer says its last word before: then in 60 s from there.
  case afterOrLater(Duration)
  /// Until the peer answers, or the kernel gives up on it, which it does after minutes.
  case whenPeerAnswers
  /// As long as a process keeps a descriptor.
  case whenClosed

  /// Until when a socket keeps its port.
  public init(_ socket: InetSocket) {
    switch PortUse(socket) {
    case .timeWait:
      let rest = socket.timer?.expires ?? .zero
      self = socket.state == .finWait2 ? .afterOrLater(rest) : .after(rest)
    // The peer has acknowledged the end and has not ended its side yet. Where `tcp_fin_timeout` is more than a minute, the
    // rest of it is waited for in this form, before the record for the last part (`tcp_keepalive_timer`,
    // net/ipv4/tcp_timer.c).
    case .orphan where socket.state == .finWait2 && socket.timer?.kind == .keepalive:
      self = .afterOrLater(socket.timer?.expires ?? .zero)
    case .orphan, .request: self = .whenPeerAnswers
    default: self = .whenClosed
    }
  }
}
