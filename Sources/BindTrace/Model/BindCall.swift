package import SockDiagWire

/// A call of bind(), listen() or connect() on an internet or UNIX socket that has returned.
package struct BindCall: Sendable, Hashable {
  /// The kind of the call.
  package enum Kind: Sendable, Hashable {
    /// Kernel: `bind`, linux/syscalls.h.
    case bind
    /// Kernel: `listen`, linux/syscalls.h.
    case listen
    /// Reported only if it failed: most programs connect, and few of those calls are of interest. A connection that is made
    /// in the background (`EINPROGRESS`) and fails later is not seen. Kernel: `connect`, linux/syscalls.h.
    case connect
  }

  /// The kind of the call.
  package var kind: Kind
  /// The errno of a failed call, 0 for success. C: errno.h.
  package var errno: Int32
  /// The process, as the tracer's pid namespace numbers it.
  package var processID: Int32
  /// The thread that called; the same number as the process for its first thread.
  package var threadID: Int32
  /// The descriptor that the call was given.
  package var descriptor: Int32
  /// Whether the thread has its own descriptor table. Then the descriptor is in `/proc/PID/task/TID/fd` and not in
  /// `/proc/PID/fd`. `nil` where the kernel does not say. Kernel: `CLONE_FILES`, linux/sched.h.
  package var hasOwnDescriptors: Bool?
  /// The family of the socket, or of the address if the socket could not be examined. `nil` if neither could be read: the
  /// socket may be of any family.
  package var family: AddressFamily?
  /// The protocol of the socket; `nil` if it could not be examined. Kernel: `SO_PROTOCOL`, asm-generic/socket.h.
  package var `protocol`: TransportProtocol?
  /// The address that was passed to bind() or connect(); for listen() the address of the socket, with port 0 if it has none
  /// yet. `nil` if it could not be read or is neither IPv4 nor IPv6.
  ///
  /// An address is read at the entry of the call, just before the kernel reads it. Another thread may change it between the
  /// two.
  package var address: SocketAddress?
  /// The name of a UNIX socket: a path as the program gave it, or an abstract name with an `@` in front. Bytes that are not
  /// UTF-8 are replaced. `nil` for a socket without a name, and for other families. Kernel: `sun_path`, linux/un.h.
  package var unixName: String?
  /// The interface that a link-local address belongs to; 0 for none. Kernel: `sin6_scope_id`, linux/in6.h.
  package var scopeID: UInt32
  /// listen(): how many connections may wait, as the program asked; `nil` for other calls.
  package var backlog: Int32?

  /// Creates a call from its parts.
  package init(
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
  package var isOnUnixSocket: Bool { family == Self.unix }

  static let unix = AddressFamily(rawValue: 1)
}
