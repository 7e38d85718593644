/// The state of a socket, in TCP's terms, which sock_diag uses for other protocols as well.
///
/// A UDP or raw socket is `established` if it is connected and `close` if it is not. An SCTP association has states of
/// its own, which the kernel numbers differently; the decoder gives them the numbers here. An SCTP endpoint has TCP's.
///
/// Kernel: `TCP_*`, net/tcp_states.h; `SCTP_STATE_*`, net/sctp/constants.h.
public struct SocketState: RawRepresentable, Hashable, Sendable {
  /// The kernel's number.
  public let rawValue: UInt8

  /// Creates a state from the kernel's number.
  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Whether the numbers are equal.
  @inlinable
  public static func == (left: SocketState, right: SocketState) -> Bool { left.rawValue == right.rawValue }

  /// Open both ways. Kernel: `TCP_ESTABLISHED`.
  @inlinable public static var established: SocketState { SocketState(rawValue: 1) }
  /// Connecting: a SYN was sent. Kernel: `TCP_SYN_SENT`.
  @inlinable public static var synSent: SocketState { SocketState(rawValue: 2) }
  /// A SYN arrived and was answered. Such a request has no inode and no owner yet. Kernel: `TCP_SYN_RECV`.
  @inlinable public static var synReceived: SocketState { SocketState(rawValue: 3) }
  /// Closed here; the FIN is not acknowledged. Kernel: `TCP_FIN_WAIT1`.
  @inlinable public static var finWait1: SocketState { SocketState(rawValue: 4) }
  /// Closed here; the peer may still send. Kernel: `TCP_FIN_WAIT2`.
  @inlinable public static var finWait2: SocketState { SocketState(rawValue: 5) }
  /// Closed on both sides; the 4-tuple is kept for 60 s. Kernel: `TCP_TIME_WAIT`.
  @inlinable public static var timeWait: SocketState { SocketState(rawValue: 6) }
  /// Not connected: an unconnected UDP socket, a bound or reset TCP socket. Kernel: `TCP_CLOSE`.
  @inlinable public static var close: SocketState { SocketState(rawValue: 7) }
  /// The peer has closed; the program here has not. Kernel: `TCP_CLOSE_WAIT`.
  @inlinable public static var closeWait: SocketState { SocketState(rawValue: 8) }
  /// Closed here after the peer; the FIN is not acknowledged. Kernel: `TCP_LAST_ACK`.
  @inlinable public static var lastAcknowledgement: SocketState { SocketState(rawValue: 9) }
  /// Waiting for connections. Kernel: `TCP_LISTEN`.
  @inlinable public static var listen: SocketState { SocketState(rawValue: 10) }
  /// Both sides closed at once; the FIN is not acknowledged. Kernel: `TCP_CLOSING`.
  @inlinable public static var closing: SocketState { SocketState(rawValue: 11) }
  /// The kernel's internal name for a request in `synReceived`; no reply contains it. Kernel: `TCP_NEW_SYN_RECV`.
  @inlinable public static var newSynReceived: SocketState { SocketState(rawValue: 12) }
  /// A TCP or DCCP socket that is bound, does not listen and is not connected. The kernel uses this state only in
  /// requests and replies with ``close``; the decoder restores it, so that the result shows the requested state. Kernel:
  /// `TCP_BOUND_INACTIVE`, since 6.8.
  @inlinable public static var boundInactive: SocketState { SocketState(rawValue: 13) }

  /// An SCTP association is shutting down and still has data to send. Kernel: `SCTP_STATE_SHUTDOWN_PENDING`.
  @inlinable public static var shutdownPending: SocketState { SocketState(rawValue: 16) }
  /// An SCTP association sent its SHUTDOWN. Kernel: `SCTP_STATE_SHUTDOWN_SENT`.
  @inlinable public static var shutdownSent: SocketState { SocketState(rawValue: 17) }
  /// The peer of an SCTP association is shutting down. Kernel: `SCTP_STATE_SHUTDOWN_RECEIVED`.
  @inlinable public static var shutdownReceived: SocketState { SocketState(rawValue: 18) }
  /// An SCTP association answered the peer's SHUTDOWN. Kernel: `SCTP_STATE_SHUTDOWN_ACK_SENT`.
  @inlinable public static var shutdownAcknowledged: SocketState { SocketState(rawValue: 19) }
  /// An SCTP association sent its INIT and waits for the cookie. Kernel: `SCTP_STATE_COOKIE_WAIT`.
  @inlinable public static var cookieWait: SocketState { SocketState(rawValue: 28) }
  /// An SCTP association returned the cookie and waits for the confirmation. Kernel: `SCTP_STATE_COOKIE_ECHOED`.
  @inlinable public static var cookieEchoed: SocketState { SocketState(rawValue: 29) }

  /// Names as in the filters of `ss`, at the index of the raw value.
  static let names = [
    "unknown", "established", "syn-sent", "syn-recv", "fin-wait-1", "fin-wait-2", "time-wait", "close", "close-wait",
    "last-ack", "listen", "closing", "new-syn-recv", "bound-inactive",
  ]

  /// The states that only SCTP associations have, with their names, which are SCTP's own.
  static let associationStates: [(state: SocketState, name: String)] = [
    (.cookieWait, "cookie-wait"), (.cookieEchoed, "cookie-echoed"), (.shutdownPending, "shutdown-pending"),
    (.shutdownSent, "shutdown-sent"), (.shutdownReceived, "shutdown-received"),
    (.shutdownAcknowledged, "shutdown-ack-sent"),
  ]

  /// Other spellings: those in the tables of `ss` and `netstat`, and others that the filters of `ss` accept.
  private static let otherNames: [String: SocketState] = [
    "estab": .established, "syn-rcv": .synReceived, "fin-wait1": .finWait1, "fin-wait2": .finWait2,
    "timewait": .timeWait, "closed": .close, "unconn": .close, "unconnected": .close, "closewait": .closeWait,
    "lastack": .lastAcknowledgement, "listening": .listen,
  ]

  /// Creates a state from its name or its number.
  ///
  /// Names are accepted in any case, with hyphens or underscores: `time-wait` as in the filters of `ss`, `TIME-WAIT`,
  /// `ESTAB` or `UNCONN` as in its table, `TIME_WAIT` as in the table of `netstat`.
  public init?(name: some StringProtocol) {
    // No name is longer, so a longer text is not copied.
    guard name.utf8.count <= 17 else { return nil }
    let spelling = String(name.lowercased().map { $0 == "_" ? "-" : $0 })
    if let index = Self.names.dropFirst().firstIndex(of: spelling) {
      self.init(rawValue: UInt8(index))
    } else if let state = Self.otherNames[spelling] {
      self = state
    } else if let own = Self.associationStates.first(where: { $0.name == spelling }) {
      self = own.state
    } else if name.utf8.allSatisfy(\.isDigit), let number = UInt8(name) {
      self.init(rawValue: number)
    } else {
      return nil
    }
  }
}

extension SocketState: CustomStringConvertible {
  /// The state's name in the filters of `ss`, or its number if a newer kernel added the state.
  public var description: String {
    if (1..<Self.names.count).contains(Int(rawValue)) { return Self.names[Int(rawValue)] }
    return Self.associationStates.first { $0.state == self }?.name ?? String(rawValue)
  }
}
