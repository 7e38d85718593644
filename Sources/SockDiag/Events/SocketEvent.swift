public import SockDiagWire

/// What happened to the sockets of a network namespace.
public enum SocketEvent: Hashable, Sendable {
  /// A socket ended, by whatever cause. This is its final record: neither owner nor inode are told, the queues hold
  /// what was never read or acknowledged, and `tcpInfo` has the last figures of a TCP connection. The cookie is the one
  /// under which dumps showed the socket. With TCP the state is `close`; with UDP it is `established` if the socket was
  /// connected.
  ///
  /// A TCP socket that reset its connection (`SO_LINGER` of 0) or dissolved it has forgotten its local address unless
  /// that was bound, the peer's port and its figures by then. The other side's record has them all.
  case destroyed(InetSocket)
  /// Some events are missing here.
  case gap(EventGap)
}

/// Events that are missing, and why.
///
/// Events and gaps together count every socket whose end the kernel announced.
public struct EventGap: Hashable, Sendable {
  /// The messages that the kernel dropped because the receive buffer was full, each about one socket; `nil` if some
  /// were dropped and the kernel does not tell how many (before 4.12). Kernel: `SK_MEMINFO_DROPS`, linux/sock_diag.h.
  public var dropped: Int?
  /// The messages that came and are damaged. What could be read of them came before as an event.
  public var malformed: Int
  /// What is wrong with a damaged message.
  public var wireError: WireError?

  /// Creates a gap.
  public init(dropped: Int?, malformed: Int = 0, wireError: WireError? = nil) {
    self.dropped = dropped
    self.malformed = malformed
    self.wireError = wireError
  }

  /// How to have no such gap again, where that is known.
  public var cure: String? {
    if dropped == 0 { return nil }
    return "ask for a larger receive buffer and, without CAP_NET_ADMIN, raise the sysctl net.core.rmem_max as well"
  }
}

extension EventGap: CustomStringConvertible {
  /// One sentence: what is missing, why, and the cure where one is known.
  public var description: String { explanation + (cure.map { "; \($0)" } ?? "") }

  /// What is missing and why.
  public var explanation: String {
    var parts: [String] = []
    switch dropped {
    case 0: break
    case let dropped?: parts.append("the kernel dropped \(dropped.counted("event")), for the receive buffer was full")
    case nil: parts.append("the kernel dropped events, for the receive buffer was full")
    }
    if malformed > 0 {
      let reason = wireError.map { ", \($0)" } ?? ""
      parts.append("\(malformed.counted("event")) came damaged" + reason)
    }
    return parts.joined(separator: ", and ")
  }
}
