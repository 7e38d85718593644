/// How a command ended, and which of its calls were not seen.
package struct BindTraceReport: Sendable, Hashable {
  /// How the command ended.
  package var ending: CommandEnding
  /// How many threads made system calls of an unknown architecture, which were not seen.
  package var unwatchedThreadCount: Int
  /// The unknown architectures. Kernel: `AUDIT_ARCH_*`, linux/audit.h.
  package var unknownArchitectures: Set<UInt32>
  /// How many calls were made on sockets that could not be examined: a sandbox may forbid it, the program may have changed
  /// its user, or another thread may have closed the descriptor. Each was reported if the socket may be an internet or UNIX
  /// socket. Calls of connect() are not counted.
  package var unexaminedCallCount: Int
  /// Whether an io_uring was made. Calls through it are not seen: bind() and listen() since Linux 6.11, connect()
  /// since 5.5. Kernel: `io_uring_setup`, linux/syscalls.h.
  package var usedIOUring: Bool

  /// Creates a report.
  package init(
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
package enum CommandEnding: Sendable, Hashable {
  /// It returned or called exit(): the code, 0 to 255.
  case exited(Int32)
  /// A signal killed it: the number, and whether a core file was written.
  case signalled(Int32, dumpedCore: Bool)
}

/// Whether to go on tracing.
package enum BindTraceFlow: Sendable, Hashable {
  /// Continue.
  case `continue`
  /// Release the command and its descendants: they run on at full speed, and their further calls are not seen.
  case detach
}
