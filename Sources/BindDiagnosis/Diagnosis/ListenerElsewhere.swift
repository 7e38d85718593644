public import SockDiag
public import SocketOwners

/// A socket with the same port in another network namespace.
public struct ListenerElsewhere: Hashable, Sendable {
  /// The socket.
  public var socket: InetSocket
  /// The inode number of the namespace.
  public var namespace: UInt64
  /// A process of that namespace that holds the socket, or else any process of it.
  public var process: ProcessDetails?
}
