public import SockDiag
public import SocketOwners

/// A socket with the same port in another network namespace.
public struct ListenerElsewhere: Hashable, Sendable {
  /// The socket.
  public var socket: InetSocket
  /// The inode number of the namespace.
  public var namespace: UInt64
  /// A process that holds the socket: one of that namespace, or else any process, if ``Diagnostician/Effort/ownersElsewhere``
  /// was asked for; `nil` if none is known.
  public var process: ProcessDetails?
}
