/// What waits at a socket.
public enum SocketQueues: Hashable, Sendable, Codable {
  /// Bytes that were received and not read, and bytes that were written and not acknowledged or not sent. Some protocols
  /// count the memory that these bytes take.
  case bytes(received: UInt32, unsent: UInt32)
  /// On a listener: connections that wait for `accept`, and how many may wait. The limit is `nil` where the source does
  /// not have it.
  case connections(waiting: UInt32, limit: UInt32?)
}
