/// Facts about sockets that stand in the records of other sockets, such as the name of a peer.
public protocol SocketCompanions<Socket>: Sendable {
  /// A record of one socket.
  associatedtype Socket

  /// Creates a value that knows nothing.
  init()

  /// Remembers what a record tells about others.
  mutating func learn(from socket: Socket)

  /// Adds to a record what the records of others told about it.
  func complete(_ socket: inout Socket)
}

/// Nothing, for families whose records stand alone.
public struct NoCompanions<Socket>: SocketCompanions {
  /// Creates the value.
  public init() {}

  /// Does nothing.
  @inlinable
  public mutating func learn(from socket: Socket) {}

  /// Does nothing.
  @inlinable
  public func complete(_ socket: inout Socket) {}
}
