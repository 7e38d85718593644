/// What sockets of all families have in common.
///
/// Tables, owners and captures are written for this, so that they need not know which family they hold.
public protocol KernelSocket: Hashable, Sendable, Codable, CustomStringConvertible {
  /// The family.
  var family: AddressFamily { get }
  /// The state.
  var state: SocketState { get }
  /// The kernel's number for this one socket; `nil` where the source does not tell it.
  var cookie: SocketCookie? { get }
  /// The number of the socket's inode, by which its holders are found; 0 if no descriptor refers to it.
  var inode: UInt32 { get }
  /// The user who made the socket; `nil` where the kernel does not know any more.
  var uid: UInt32? { get }
  /// Where the record was read from.
  var source: SocketSource { get }
}

/// Where a record of a socket was read from.
public enum SocketSource: String, Hashable, Sendable, Codable {
  /// The kernel's sock_diag interface, live or captured.
  case sockDiag = "sock-diag"
  /// A file in `/proc/net`, which has fewer fields.
  case procNet = "proc-net"
}
