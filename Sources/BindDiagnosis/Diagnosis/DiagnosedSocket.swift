public import SockDiag
public import SocketOwners

/// A socket on the port in question, with its effect and its processes.
public struct DiagnosedSocket: Hashable, Sendable {
  /// The socket as the kernel reports it.
  public var socket: InetSocket
  /// What is known of it, for the rule.
  public var portSocket: PortSocket
  /// What it does to the bind(); `nil` where an error comes before sockets are looked at.
  public var effect: SocketEffect?
  /// What it is to its port.
  public var use: PortUse
  /// Until when it keeps the port.
  public var release: PortRelease
  /// Where its options are known from; `nil` for what sock_diag tells.
  public var optionsSource: OptionsSource?
  /// Who holds it.
  public var holders: [SocketHolder]
  /// What those processes are, as far as they are still there.
  public var processes: [ProcessDetails]
  /// Why nobody is known who holds it; `nil` if somebody is.
  public var holdersMissing: MissingHolder.Reasons?
  /// The `.socket` unit for which systemd holds it; `nil` if it is not known, or if no systemd holds the socket.
  public var socketUnit: SystemdUnit?

  /// Where the options of a socket are known from.
  public enum OptionsSource: String, Hashable, Sendable, Codable {
    /// They were read from a process that holds it.
    case read
    /// Another listener could not be there without them.
    case inferred
  }

  /// Whether no process has it any more: a record of the kernel's, or a connection whose process has closed it.
  public var isLeftBehind: Bool { use == .timeWait || use == .orphan }

  /// Whether it is a closed connection whose peer has not closed its side: what `net.ipv4.tcp_fin_timeout` is for.
  public var isHalfClosed: Bool { isLeftBehind && socket.state == .finWait2 }

  /// Whether it stands in the way, for certain or perhaps.
  public var mayBlock: Bool {
    switch effect {
    case .blocks?, .depends?: true
    case .harmless?, nil: false
    }
  }
}
