/// How a command ended, and what of it was not watched.
public struct BindTraceReport: Sendable, Hashable {
  /// How the command ended.
  public var ending: CommandEnding
  /// How many threads made system calls of an architecture that is not known here, which were not watched.
  public var unwatchedThreadCount: Int
  /// Those architectures. Kernel: `AUDIT_ARCH_*`, linux/audit.h.
  public var unknownArchitectures: Set<UInt32>
  /// How many calls were made on sockets that could not be examined: a sandbox may forbid it, the program may have changed
  /// its user, another thread may have closed the descriptor. Each was handed over if it may concern an internet or UNIX
  /// socket. Calls of connect() are not counted.
  public var unexaminedCallCount: Int
  /// Whether a ring of io_uring was made. Calls through it are not seen: bind() and listen() since Linux 6.11, connect()
  /// since 5.5. Kernel: `io_uring_setup`, linux/syscalls.h.
  public var usedIOUring: Bool

  /// Creates a report.
  public init(
    _ ending: CommandEnding, unwatchedThreadCount: Int = 0, unknownArchitectures: Set<UInt32> = [],
    unexaminedCallCount: Int = 0, usedIOUring: Bool = false
  ) {
    self.ending = ending
    self.unwatchedThreadCount = unwatchedThreadCount
    self.unknownArchitectures = unknownArchitectures
    self.unexaminedCallCount = unexaminedCallCount
    self.usedIOUring = usedIOUring
  }
}

/// How a command ended.
public enum CommandEnding: Sendable, Hashable {
  /// It returned or called exit(): the code, 0 to 255.
  case exited(Int32)
  /// A signal killed it: the number, and whether its memory was written to a file.
  case signalled(Int32, dumpedCore: Bool)
}

/// Whether to go on watching.
public enum BindTraceFlow: Sendable, Hashable {
  /// Go on.
  case `continue`
  /// Let go of the command and its descendants, which run on at full speed; their further calls are not seen.
  case detach
}
