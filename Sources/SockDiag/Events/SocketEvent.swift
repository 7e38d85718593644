public import SockDiagWire

/// An event about the sockets of a network namespace.
#if hasAttribute(nonexhaustive)
  @nonexhaustive
#endif
public enum SocketEvent: Hashable, Sendable, Codable {
  /// A socket ended, for any reason. This is its final record. Owner and inode are absent, the queues show the data
  /// that was never read or acknowledged, and `tcpInfo` has the last figures of a TCP connection. The cookie is the one
  /// in earlier dumps. The state is `close` for TCP. For UDP it is `established` if the socket was connected.
  ///
  /// A TCP socket that reset its connection (`SO_LINGER` of 0) or disconnected it has lost the peer's port, its figures
  /// and, unless it was bound, its local address. The record of the other side has them.
  case destroyed(InetSocket)
  /// Some events are missing at this point.
  case gap(EventGap)
}

/// Events that are missing, and why.
///
/// Events and gaps together count every socket whose end the kernel announced.
public struct EventGap: Hashable, Sendable, Codable {
  /// The number of messages that the kernel dropped because the receive buffer was full, each about one socket; `nil`
  /// if some were dropped and the kernel does not report the number (before 4.12). Kernel: `SK_MEMINFO_DROPS`,
  /// linux/sock_diag.h.
  public var dropped: Int?
  /// The number of damaged messages. Their readable parts were returned before as events.
  public var malformed: Int
  /// The fault in a damaged message.
  public var wireError: WireError?

  /// Creates a gap.
  public init(dropped: Int?, malformed: Int = 0, wireError: WireError? = nil) {
    self.dropped = dropped
    self.malformed = malformed
    self.wireError = wireError
  }

  /// How to avoid such gaps, if a way is known.
  public var suggestion: String? {
    if dropped == 0 { return nil }
    return "ask for a larger receive buffer and, without CAP_NET_ADMIN, raise the sysctl net.core.rmem_max as well"
  }
}

extension EventGap: CustomStringConvertible {
  /// One sentence: what is missing, why, and the remedy if one is known.
  public var description: String { explanation + (suggestion.map { "; \($0)" } ?? "") }

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
