/// Sockets of any kind that processes hold, except those that the caller already knew.
public struct HeldSockets: Sendable, Hashable {
  /// The holders of each socket, by the inode number of the socket: the lowest process id first, and slots of an io_uring
  /// last, because they cannot be copied.
  ///
  /// All of them, because some may be gone when they are read: a process that was just forked has the sockets of its parent
  /// until it runs another program.
  public var holders: [UInt32: [SocketHolder]]
  /// Whether every place was read where a process can hold a socket. Sockets that only the kernel holds are never seen.
  public var isComplete: Bool
}
