/// Properties that sockets of all families have.
///
/// Tables, owners and captures use this protocol, so that they do not depend on a family.
public protocol KernelSocket: Hashable, Sendable, Codable, CustomStringConvertible {
  /// The family.
  var family: AddressFamily { get }
  /// The state.
  var state: SocketState { get }
  /// The kernel's unique number for this socket; `nil` if the source does not report it.
  var cookie: SocketCookie? { get }
  /// The inode number of the socket, which leads to its holders; 0 if no descriptor refers to it.
  var inode: UInt32 { get }
  /// The user who made the socket; `nil` if the kernel does not know it any more.
  var uid: UInt32? { get }
  /// The source of the record.
  var source: SocketSource { get }
}

/// The source of a socket's record.
public enum SocketSource: String, Hashable, Sendable, Codable {
  /// The kernel's sock_diag interface, live or captured.
  case sockDiag = "sock-diag"
  /// A file in `/proc/net`, which has fewer fields.
  case procNet = "proc-net"
}
