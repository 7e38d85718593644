internal import CBindTrace
internal import Glibc

/// Runs a command and watches it and its descendants call bind() and listen(), and fail to connect().
///
/// The command has this process's standard streams, process group, environment and namespaces. It is watched with
/// ptrace(2), which stops it at each of its system calls: it is slower by some twenty microseconds a call, and cannot be
/// watched by a debugger at the same time. Programs whose file gives them another user or capabilities run without those, unless
/// this process has CAP_SYS_PTRACE.
///
/// While a command runs, the dispositions of some signals are changed for this whole process: SIGINT and SIGQUIT are
/// ignored, since a terminal sends them to the command as well; SIGTERM and SIGHUP are passed on to the command if a
/// process sent them; SIGCHLD is not ignored. The command gets what there was before, with no signal blocked and SIGPIPE
/// in force. Nothing else in this process may wait for children that it has not started.
///
/// If this process is killed, the command goes on, unwatched and unharmed.
///
/// Not seen are calls that io_uring makes (`IORING_OP_BIND` and `IORING_OP_LISTEN`, linux/io_uring.h, since 6.11), though
/// ``BindTraceReport/usedIOUring`` tells whether there may have been any; those of processes made with `CLONE_UNTRACED`, and those of processes that were there before. Needs Linux 5.3.
public struct BindTracer: Sendable, Hashable {
  /// The program, looked up in `PATH` unless there is a slash in it, and its arguments.
  public var command: [String]
  /// Whether descendants that outlive the command are watched until all have ended. Otherwise they are let go of when
  /// the command ends, and go on.
  public var followsDescendants: Bool

  /// Prepares a command; it is not started.
  ///
  /// - Parameters:
  ///   - command: The program, looked up in `PATH` unless there is a slash in it, and its arguments.
  ///   - followsDescendants: Whether to watch until all descendants have ended.
  public init(_ command: [String], followsDescendants: Bool = false) {
    self.command = command
    self.followsDescendants = followsDescendants
  }

  /// Runs the command to its end.
  ///
  /// While `onCall` runs, the thread that has made the call is stopped at the exit of it, so that its descriptor and the
  /// socket behind it can be looked at in place, as long as no other thread of the program touches them. Other threads go
  /// on. Only the end of the process by a thread of its own, or its exec(), waits until the call has been looked at. Calls
  /// come one at a time, in the order in which they returned, on the thread that called this.
  ///
  /// - Parameter onCall: Called for each bind() and listen() on an internet or UNIX socket that has returned, and for
  ///   each connect() on one that has failed. If it throws, everything is let go of, this throws the same at once, and the
  ///   command goes on.
  /// - Returns: How the command ended.
  /// - Throws: ``BindTraceError``, or what `onCall` throws. With ``BindTraceError/Code/notFound``,
  ///   ``BindTraceError/Code/notExecutable``, ``BindTraceError/Code/permissionDenied`` and
  ///   ``BindTraceError/Code/unsupportedKernel`` the command was not run.
  public func run(_ onCall: (BindCall) throws -> BindTraceFlow) throws -> BindTraceReport {
    try run(where: { _ in true }, onCall)
  }

  /// Runs the command to its end, and hands over only some of its calls.
  ///
  /// A program may fail thousands of times in a second. What need not be looked at is told apart here, without a switch
  /// to another thread, and costs little more than the stop that every system call costs.
  ///
  /// - Parameters:
  ///   - isWanted: Called for each call as ``run(_:)`` would hand it over, on the thread that traces, while that call's
  ///     thread is stopped. Everything that is watched waits for it, so it should be quick. A call for which it returns
  ///     `false` is not handed over, and its thread goes on at once.
  ///   - onCall: As for ``run(_:)``.
  /// - Returns: How the command ended.
  /// - Throws: As ``run(_:)`` does.
  public func run(
    where isWanted: @escaping @Sendable (BindCall) -> Bool, _ onCall: (BindCall) throws -> BindTraceFlow
  ) throws -> BindTraceReport {
    let operation = "run \(command.first ?? "nothing")"
    guard !command.isEmpty, !command.contains(where: { $0.utf8.contains(0) }) else {
      throw BindTraceError(.invalidCommand, operation: operation)
    }
    let exchange = try Exchange(where: isWanted)
    let signals = SignalGuard()
    defer { signals.end() }
    let child = start()
    guard child.error == 0 else { throw BindTraceError(.system, operation: operation, errno: -child.error) }
    defer { close(child.channel) }
    signals.forward(to: child.process)

    let tracing: TracingThread
    do {
      tracing = try TracingThread(child, followsDescendants: followsDescendants, signals, exchange)
    } catch {
      cbindtrace_abandon(child.process)
      throw error
    }
    var failure: (any Error)?
    let result = exchange.serve { call in
      do { return try onCall(call) } catch {
        failure = error
        return .detach
      }
    }
    // With the thread ends what it traces, and not before.
    tracing.join()
    let outcome = try result.get()
    if let failure {
      if outcome.ending == nil { cbindtrace_reap_later(child.process) }
      throw failure
    }
    if outcome.fault != 0 { throw Self.failure(errno: outcome.fault, operation) }
    return BindTraceReport(
      try outcome.ending ?? Self.ending(of: child.process, operation),
      unwatchedThreadCount: outcome.unwatchedThreadCount, unknownArchitectures: outcome.unknownArchitectures,
      unexaminedCallCount: outcome.unexaminedCallCount, usedIOUring: outcome.usedIOUring)
  }

  private func start() -> cbindtrace_child {
    let block = command.flatMap { (argument: String) -> [UInt8] in Array(argument.utf8) + [0] }
    // SAFETY: the block holds as many NUL-terminated strings as are said to be there and outlives the call.
    return unsafe block.withUnsafeBufferPointer { bytes in
      unsafe bytes.withMemoryRebound(to: CChar.self) { unsafe cbindtrace_start($0.baseAddress, command.count) }
    }
  }

  /// Waits for a command that is no longer traced.
  private static func ending(of process: Int32, _ operation: String) throws(BindTraceError) -> CommandEnding {
    var status: Int32 = 0
    // SAFETY: the call fills the number and keeps no pointer.
    let error = unsafe cbindtrace_wait_for_end(process, &status)
    guard error == 0 else { throw BindTraceError(.lostEnding, operation: operation, errno: -error) }
    // The C macros for this are not visible here. C: wait(2).
    let signal = status & 0x7f
    return signal == 0 ? .exited(status >> 8 & 0xff) : .signalled(signal, dumpedCore: status & 0x80 != 0)
  }

  private static func failure(errno: Int32, _ operation: String) -> BindTraceError {
    let code: BindTraceError.Code =
      switch errno {
      case ENOENT, ENOTDIR: .notFound
      case EACCES, EPERM, ENOEXEC, EISDIR, ELOOP, ETXTBSY, ELIBBAD: .notExecutable
      default: .system
      }
    return BindTraceError(code, operation: operation, errno: errno)
  }
}
