/// Sockets of any kind that processes hold, except those that the caller already knew.
public struct HeldSockets: Sendable {
  /// One holder of each socket, by the inode number of the socket.
  public var holders: [UInt32: SocketHolder]
  /// Whether every place was read where a process can hold a socket. Sockets that only the kernel holds are never seen.
  public var isComplete: Bool
}
