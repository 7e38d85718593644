public import SockDiagWire

/// The calls to examine: bind() and connect() of a UNIX socket.
public struct UnixRequest: Hashable, Sendable {
  /// The name. A relative path counts from the working directory of the process that calls.
  public var name: UnixSocketName
  /// The kind of the socket that calls; `nil` for the kind of the socket that has the name, or else a stream.
  public var kind: SocketType?
  /// The user who calls; `nil` for the user of this process.
  public var uid: UInt32?
  /// The process that calls: its root, working directory and rights count. `nil` for this process.
  public var process: Int32?

  /// Creates a request.
  public init(_ name: UnixSocketName, kind: SocketType? = nil, uid: UInt32? = nil, process: Int32? = nil) {
    (self.name, self.kind, self.uid, self.process) = (name, kind, uid, process)
  }

  /// The bytes of the longest path. Kernel: `UNIX_PATH_MAX`, linux/un.h.
  public static let longestPath = 108
  /// The bytes of the longest path that most programs accept, because they need room for a NUL.
  public static let longestCommonPath = 107
  /// The bytes of the longest abstract name, without the NUL before it.
  public static let longestAbstractName = 107

  /// Whether the kernel takes no such name. Kernel: `unix_validate_addr`, net/unix/af_unix.c.
  public var isTooLong: Bool {
    switch name {
    case .path(let bytes): bytes.count > Self.longestPath
    case .abstract(let bytes): bytes.count > Self.longestAbstractName
    }
  }
}
