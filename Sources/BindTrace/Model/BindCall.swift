public import SockDiagWire

/// A call of bind(), listen() or connect() on an internet or UNIX socket, as it returned.
public struct BindCall: Sendable, Hashable {
  /// Which of the calls it was.
  public enum Kind: Sendable, Hashable {
    /// Kernel: `bind`, linux/syscalls.h.
    case bind
    /// Kernel: `listen`, linux/syscalls.h.
    case listen
    /// Only one that failed. One that is still under way when it returns (`EINPROGRESS`) has not failed, and what becomes
    /// of it is not seen. Kernel: `connect`, linux/syscalls.h.
    case connect
  }

  /// Which call it was.
  public var kind: Kind
  /// The errno with which it failed, 0 for success. C: errno.h.
  public var errno: Int32
  /// The process, as the tracer's pid namespace numbers it.
  public var processID: Int32
  /// The thread that called; the same number as the process for its first thread.
  public var threadID: Int32
  /// The descriptor that the call was given.
  public var descriptor: Int32
  /// Whether the thread has a descriptor table of its own, so that the descriptor is none of `/proc/PID/fd`, but of
  /// `/proc/PID/task/TID/fd`. `nil` where the kernel does not tell. Kernel: `CLONE_FILES`, linux/sched.h.
  public var hasOwnDescriptors: Bool?
  /// The family of the socket; where that could not be examined, of the address. `nil` where neither could be read: the
  /// socket may be of any family.
  public var family: AddressFamily?
  /// The protocol of the socket; `nil` where that could not be examined. Kernel: `SO_PROTOCOL`, asm-generic/socket.h.
  public var `protocol`: TransportProtocol?
  /// For bind() and connect() what was asked for; for listen() the address that the socket has, port 0 if it never got
  /// one. `nil` where that could not be read or is no internet address.
  public var address: SocketAddress?
  /// The name of a UNIX socket, in the place of ``address``: a path as the program gave it, or an abstract name with an
  /// `@` in front. Bytes that are not UTF-8 are replaced. `nil` where there is none. Kernel: `sun_path`, linux/un.h.
  public var unixName: String?
  /// The interface that a link-local address belongs to; 0 for none. Kernel: `sin6_scope_id`, linux/in6.h.
  public var scopeID: UInt32
  /// How many connections may wait, as the program asked; `nil` but for listen().
  public var backlog: Int32?

  /// Creates a call from its parts.
  public init(
    _ kind: Kind, errno: Int32 = 0, processID: Int32, threadID: Int32, descriptor: Int32,
    hasOwnDescriptors: Bool? = false, family: AddressFamily? = nil, protocol: TransportProtocol? = nil,
    address: SocketAddress? = nil, scopeID: UInt32 = 0, unixName: String? = nil, backlog: Int32? = nil
  ) {
    self.kind = kind
    self.errno = errno
    self.processID = processID
    self.threadID = threadID
    self.descriptor = descriptor
    self.hasOwnDescriptors = hasOwnDescriptors
    self.family = family
    self.protocol = `protocol`
    self.address = address
    self.scopeID = scopeID
    self.unixName = unixName
    self.backlog = backlog
  }

  /// Whether the socket is a UNIX socket. Kernel: `AF_UNIX`, linux/socket.h.
  public var isOnUnixSocket: Bool { family == Self.unix }

  static let unix = AddressFamily(rawValue: 1)
}
