public import SockDiag

/// What a socket is to its port, for people: who would have to do what to let it go.
public enum PortUse: String, Hashable, Sendable, Codable {
  /// It listens.
  case listener
  /// It is bound and does nothing: a server between bind() and listen(), a failed connect(), a listener that was shut
  /// down or destroyed. Most tools do not show it.
  case boundInactive = "bound-inactive"
  /// A connection to a server on this port.
  case connection
  /// A connection that began here and has the port as its own, of the kernel's choice or its process's.
  case outgoingConnection = "outgoing-connection"
  /// A connection without a process: closed here, and the peer has not yet said that it knows.
  case orphan
  /// What the kernel keeps of a connection after its end, for a time: TIME_WAIT, and FIN_WAIT2 without a process.
  case timeWait = "time-wait"
  /// A connection that is being made, or waits to be accepted: it has no process yet, and goes with its listener.
  case request
  /// A UDP socket.
  case datagram

  /// The use of a socket.
  ///
  /// - Parameters:
  ///   - socket: A socket on some port.
  ///   - hasListener: Whether somebody listens on that port. Without, a connection whose port the kernel chooses for
  ///     outgoing ones is taken for one of those; that cannot be seen, it is what is likely.
  ///   - choosablePorts: The ports from which the kernel chooses.
  public init(_ socket: InetSocket, hasListener: Bool, choosablePorts: PortSet) {
    switch PortHolder.Role(socket) {
    case .listens: self = .listener
    case .timeWait: self = .timeWait
    case .request: self = .request
    case .bound: self = .boundInactive
    case .occupies where socket.protocol != .tcp: self = .datagram
    // What a process has closed leaves these states.
    case .occupies where socket.inode == 0:
      self = [.established, .closeWait, .synReceived].contains(socket.state) ? .request : .orphan
    case .occupies where socket.state == .synSent: self = .outgoingConnection
    case .occupies:
      self = !hasListener && choosablePorts.contains(socket.local.port) ? .outgoingConnection : .connection
    }
  }
}
