public import SockDiag
public import SocketOwners

/// A socket on the port in question, with its effect and its processes.
public struct DiagnosedSocket: Hashable, Sendable {
  /// The socket as the kernel reports it.
  public var socket: InetSocket
  /// Its properties as far as they are known, for the rule.
  public var portSocket: PortSocket
  /// Its effect on the bind(); `nil` if bind() fails with an error that comes before the sockets.
  public var effect: SocketEffect?
  /// How it uses its port.
  public var use: PortUse
  /// How long it keeps the port.
  public var release: PortRelease
  /// The source of its options; `nil` if only sock_diag reported them.
  public var optionsSource: OptionsSource?
  /// The processes that hold it.
  public var holders: [SocketHolder]
  /// Details of those processes that still exist.
  public var processes: [ProcessDetails]
  /// Why no holder is known; `nil` if one is known.
  public var holdersMissing: MissingHolder.Reasons?
  /// The `.socket` unit for which systemd holds it; `nil` if it is not known, or if systemd does not hold the socket.
  public var socketUnit: SystemdUnit?

  /// The source of a socket's options.
  #if hasAttribute(nonexhaustive)
    @nonexhaustive
  #endif
  public enum OptionsSource: String, Hashable, Sendable, Codable {
    /// The options were read from a process that holds the socket.
    case read
    /// Another listener could not exist without them.
    case inferred
  }

  /// Whether no process holds it any more: a record of the kernel, or a connection that its process has closed.
  public var isLeftBehind: Bool { use == .timeWait || use == .orphan }

  /// Whether it is a closed connection whose peer has not closed its side. `net.ipv4.tcp_fin_timeout` applies to it.
  public var isHalfClosed: Bool { isLeftBehind && socket.state == .finWait2 }

  /// Whether it blocks, for certain or possibly.
  public var mayBlock: Bool {
    switch effect {
    case .blocks?, .depends?: true
    case .harmless?, nil: false
    }
  }
}
