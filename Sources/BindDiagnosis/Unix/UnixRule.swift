public import SockDiagWire

/// How the kernel answers bind() and connect() of UNIX sockets.
///
/// Kernel: `unix_bind`, `unix_stream_connect`, `unix_dgram_connect`, net/unix/af_unix.c.
public enum UnixRule {
  /// The answer of bind() to a path, in the order in which the kernel checks.
  ///
  /// Not considered: quotas, a full file system, security modules. Kernel: `unix_bind_bsd`, net/unix/af_unix.c;
  /// `filename_create` and `vfs_mknod`, fs/namei.c.
  public static func bind(_ request: UnixRequest, _ facts: UnixPathFacts) -> UnixOutcome {
    if request.isTooLong { return .fails(.invalidArgument) }
    if let obstacle = facts.folderError { return .fails(obstacle.error) }
    // The kernel answers EEXIST, and bind() makes EADDRINUSE of that.
    if facts.isSpecialName || facts.file != nil { return .fails(.addressInUse) }
    if let error = facts.nameError { return .fails(error) }
    if facts.isInProc || facts.hasTrailingSlash || facts.folder?.linkCount == 0 { return .fails(.noSuchFile) }
    if facts.isReadOnly { return .fails(.readOnlyFileSystem) }
    if let error = facts.createError { return .fails(error) }
    return facts.cannotHoldSockets ? .fails(.notPermitted) : .succeeds
  }

  /// The answer of connect() to a path.
  ///
  /// - Parameters:
  ///   - request: The path, and the type of the socket that connects.
  ///   - facts: What is at the path.
  ///   - presence: What is behind the file.
  ///
  /// Kernel: `unix_find_bsd`, net/unix/af_unix.c.
  public static func connect(
    _ request: UnixRequest, _ facts: UnixPathFacts, to presence: UnixPresence
  ) -> UnixOutcome {
    if request.isTooLong { return .fails(.invalidArgument) }
    guard let target = facts.target else { return .fails(facts.targetError ?? .noSuchFile) }
    if let error = facts.writeError {
      guard error == .readOnlyFileSystem else { return .fails(error) }
      // access(2) also answers EROFS if only the mount is read-only, which connect() does not check.
      guard let isReadOnly = target.isOnReadOnlyFileSystem else { return .unknown }
      if isReadOnly { return .fails(error) }
    }
    if target.type != .socket { return .fails(.connectionRefused) }
    if case .refused(let error) = facts.contact { return .fails(error) }
    return connect(request.kind, to: presence, otherKind: .wrongKind, facts.contact)
  }

  /// The answer of bind() to an abstract name. Names of different kinds of sockets do not conflict.
  ///
  /// Kernel: `unix_bind_abstract`, net/unix/af_unix.c.
  public static func bindAbstract(_ request: UnixRequest, beside presence: UnixPresence) -> UnixOutcome {
    if request.isTooLong { return .fails(.invalidArgument) }
    switch presence {
    case .nothing: return .succeeds
    case .unknown: return .unknown
    case .server(let server): return request.kind ?? server.type == server.type ? .fails(.addressInUse) : .succeeds
    case .hidden: return .fails(.addressInUse)
    }
  }

  /// The answer of connect() to an abstract name.
  ///
  /// Kernel: `unix_find_abstract`, net/unix/af_unix.c.
  public static func connectAbstract(_ request: UnixRequest, to presence: UnixPresence) -> UnixOutcome {
    if request.isTooLong { return .fails(.invalidArgument) }
    return connect(request.kind, to: presence, otherKind: .connectionRefused, .unknown)
  }

  private static func connect(
    _ kind: SocketType?, to presence: UnixPresence, otherKind: BindErrno, _ contact: UnixPathFacts.Contact
  ) -> UnixOutcome {
    switch presence {
    case .nothing: return .fails(.connectionRefused)
    case .unknown: return .unknown
    case .hidden(let found):
      if let kind, let found { return kind == found ? .unknown : .fails(otherKind) }
      if kind == .datagram, contact == .otherKind { return .fails(otherKind) }
      return .unknown
    case .server(let server):
      if let kind, kind != server.type { return .fails(otherKind) }
      guard server.type == .datagram else { return accept(server) }
      // unix_may_send, net/unix/af_unix.c
      return UnixOutcome(contact == .connectedDatagram || server.peer != nil ? .notPermitted : nil)
    }
  }

  /// Whether a stream or seqpacket socket takes another connection.
  private static func accept(_ server: UnixSocket) -> UnixOutcome {
    if server.state != .listen || server.shutdown?.contains(.receive) == true { return .fails(.connectionRefused) }
    if case .connections(let waiting, let limit?)? = server.queues, waiting > limit { return .fails(.tryAgain) }
    return .succeeds
  }
}

/// What is behind a name.
#if hasAttribute(nonexhaustive)
  @nonexhaustive
#endif
public enum UnixPresence: Hashable, Sendable {
  /// No socket.
  case nothing
  /// This socket.
  case server(UnixSocket)
  /// A socket that sock_diag does not show, perhaps of another network namespace; its kind if that is known.
  case hidden(SocketType?)
  /// It is not known whether a socket is there.
  case unknown
}
