public import SockDiag
public import SocketOwners

/// A socket that has the same port in another network namespace.
public struct ListenerElsewhere: Hashable, Sendable {
  /// The socket.
  public var socket: InetSocket
  /// The inode number that names the namespace.
  public var namespace: UInt64
  /// A process of that namespace that holds the socket, or else any.
  public var process: ProcessDetails?
}
