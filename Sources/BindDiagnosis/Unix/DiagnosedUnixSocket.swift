public import SockDiagWire
public import SocketOwners

/// A UNIX socket that has to do with the name in question, with its processes.
public struct DiagnosedUnixSocket: Hashable, Sendable {
  /// The socket as the kernel reports it.
  public var socket: UnixSocket
  /// Its relation to the name.
  public var role: Role
  /// Its network namespace, if that is another one. Kernel: `NS_GET_*`, linux/nsfs.h; the inode of `/proc/PID/ns/net`.
  public var namespace: UInt64?
  /// The processes that hold it.
  public var holders: [SocketHolder] = []
  /// Details of those processes that still exist.
  public var processes: [ProcessDetails] = []
  /// Why no holder is known; `nil` if one is known, or if none was looked for.
  public var holdersMissing: MissingHolder.Reasons?
  /// Whether its process sees other mounts than this one; `nil` if that is not known.
  public var isInOtherMountNamespace: Bool?

  /// Creates a socket without processes.
  public init(_ socket: UnixSocket, _ role: Role, namespace: UInt64? = nil) {
    (self.socket, self.role, self.namespace) = (socket, role, namespace)
  }

  /// The relation of a socket to a name.
  public enum Role: String, Hashable, Sendable, Codable {
    /// Calls for the name reach it.
    case server
    /// A connection that a listener of the name accepted. It has the listener's name, but does not block the name.
    case accepted
    /// It was bound to the same path, but to another file: the file was removed or replaced since, or the path is that of
    /// another mount namespace. No call reaches it by the path.
    case sameName = "same-name"
    /// A socket of another kind with the same abstract name, or one of another network namespace. It does not conflict.
    case elsewhere
  }
}
