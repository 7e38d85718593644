public import SockDiag

/// What a socket is to its port.
///
/// This is the only place that classifies the sockets of a port. The rule's coarser ``PortSocket/Role``, the time at which
/// the port becomes free, the words for people and the choice of the processes that `kill` ends all follow from it.
public enum PortUse: String, Hashable, Sendable, Codable {
  /// It listens.
  case listener
  /// It is bound and does nothing: a server between bind() and listen(), a failed connect(), a listener that was shut
  /// down or destroyed. Most tools do not show it.
  case boundInactive = "bound-inactive"
  /// A connection to a server on this port, or a UDP socket that is connected to one peer.
  case connection
  /// A connection that began here. The kernel chose the port for it, or its process did.
  case outgoingConnection = "outgoing-connection"
  /// A connection without a process: it was closed here, and the peer has not yet confirmed that.
  case orphan
  /// What the kernel keeps of a connection after its end, for a time: TIME_WAIT, and FIN_WAIT2 without a process.
  case timeWait = "time-wait"
  /// A connection that is being made. It has no process yet, ends with its listener, and is not among the bound sockets.
  case request
  /// A connection that waits to be accepted. It has no process yet and ends with its listener, but it is bound.
  case unaccepted
  /// A UDP socket without a peer.
  case datagram

  /// The use of a socket.
  ///
  /// - Parameters:
  ///   - socket: A socket on some port.
  ///   - hasListener: Whether a server has that port: see ``isServer``. Without one, a connection whose port the kernel
  ///     chooses for outgoing ones is taken for one of those. No record tells, but it is likely.
  ///   - choosablePorts: The ports from which the kernel chooses; by default none.
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
      // Not by the state: an orphan in FIN_WAIT2 has become such a record, and keeps its state.
      self = .timeWait
    } else if socket.inode == 0 {
      // A connection leaves these states when its process closes it.
      self = [.established, .closeWait, .synReceived].contains(socket.state) ? .unaccepted : .orphan
    } else {
      self = socket.state == .synSent ? .outgoingConnection : connection
    }
  }

  /// Whether a server has the socket in order to be reached by anybody.
  public var isServer: Bool { self == .listener || self == .datagram }
}

extension PortSocket.Role {
  /// The role that follows from the use: what the kernel's rule distinguishes.
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
