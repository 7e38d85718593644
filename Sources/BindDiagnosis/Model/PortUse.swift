public import SockDiag

/// How a socket uses its port.
///
/// This is the only place that classifies the sockets of a port. The rule's coarser ``PortSocket/Role``, the time at
/// which the port becomes free, the words of messages and the processes that `kill` ends all follow from it.
#if hasAttribute(nonexhaustive)
  @nonexhaustive
#endif
public enum PortUse: String, Hashable, Sendable, Codable {
  /// A listener.
  case listener
  /// It is bound and does not listen: a server between bind() and listen(), a failed connect(), a listener that was
  /// shut down or destroyed. Most tools do not show it.
  case boundInactive = "bound-inactive"
  /// A connection to a server on this port, or a UDP socket that is connected to one peer.
  case connection
  /// A connection that this host opened. The kernel or its process chose the port.
  case outgoingConnection = "outgoing-connection"
  /// A connection without a process: it was closed on this host, and the peer has not confirmed that yet.
  case orphan
  /// A record that the kernel keeps for a time after the end of a connection: TIME_WAIT, and FIN_WAIT2 without a
  /// process.
  case timeWait = "time-wait"
  /// A connection request. It has no process yet, ends with its listener, and is not among the bound sockets.
  case request
  /// A connection that waits to be accepted. It has no process yet and ends with its listener, but it holds the port.
  case unaccepted
  /// A UDP socket without a peer.
  case datagram

  /// Classifies a socket.
  ///
  /// - Parameters:
  ///   - socket: A socket on some port.
  ///   - hasListener: Whether a server has that port: see ``isServer``. Without a server, a connection whose port is in
  ///     the range for outgoing connections counts as outgoing. No record shows this, but it is likely.
  ///   - choosablePorts: The ports that the kernel chooses from; by default none.
  public init(_ socket: InetSocket, hasListener: Bool = true, choosablePorts: PortSet = []) {
    let connection: PortUse =
      !hasListener && choosablePorts.contains(socket.local.port) ? .outgoingConnection : .connection
    if socket.protocol != .tcp {
      self = socket.state == .established ? connection : .datagram
    } else if socket.state == .listen {
      self = .listener
    } else if socket.state == .synReceived, socket.inode == 0 {
      self = .request
    } else if socket.state == .boundInactive || socket.state == .close {
      self = .boundInactive
    } else if socket.isMinisocket {
      // Not by the state: an orphan in FIN_WAIT2 that became such a record keeps its state.
      self = .timeWait
    } else if socket.inode == 0 {
      // A connection leaves these states when its process closes it.
      self = [.established, .closeWait, .synReceived].contains(socket.state) ? .unaccepted : .orphan
    } else {
      self = socket.state == .synSent ? .outgoingConnection : connection
    }
  }

  /// Whether it is the socket of a server that accepts clients.
  public var isServer: Bool { self == .listener || self == .datagram }
}

extension PortSocket.Role {
  /// The role that follows from the use, as the kernel's rule distinguishes it.
  public init(_ use: PortUse) {
    switch use {
    case .listener: self = .listens
    case .boundInactive: self = .bound
    case .timeWait: self = .timeWait
    case .request: self = .request
    case .connection, .outgoingConnection, .orphan, .unaccepted, .datagram: self = .occupies
    }
  }

  /// The role of a socket that sock_diag reports.
  public init(_ socket: InetSocket) { self.init(PortUse(socket)) }
}
