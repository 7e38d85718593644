internal import CBindTrace
internal import Glibc

/// Runs a command and reports the bind(), listen() and failed connect() calls of it and its descendants.
///
/// A program whose bind() fails prints one line and ends, and its socket is gone. So the program is stopped at the exit of
/// the call. Meanwhile ``BindCall/processID``, ``BindCall/threadID`` and ``BindCall/descriptor`` lead to the socket
/// (pidfd_getfd(2), since Linux 5.6), with its options, in its namespace.
///
/// The command has this process's standard streams, process group, environment and namespaces. It is traced with ptrace(2),
/// which stops it before and after each system call. That costs about 20 µs a call: on a busy virtual machine of two cores a
/// `find` with 230,000 calls takes 6 s instead of 0.5 s, and a Python server starts in 0.6 s instead of 0.16 s. A debugger
/// cannot trace the command at the same time, and if the command is a debugger, it cannot trace either. Programs with file
/// capabilities or setuid run without them, unless this process has CAP_SYS_PTRACE.
///
/// While a command runs, this whole process handles some signals in another way. SIGINT and SIGQUIT are ignored, since a
/// terminal sends them to the command as well. SIGTERM and SIGHUP are passed on to the command if a process sent them.
/// SIGCHLD is not ignored. The command starts with the handling of before, with no signal blocked and SIGPIPE in force.
/// Nothing else in this process may wait for children that it has not started.
///
/// If this process is killed, the command goes on, untraced and unharmed: nobody expects that a tracer is a new way for a
/// server to die. So `PTRACE_O_EXITKILL` is not set.
///
/// These calls are not seen:
/// - Calls through io_uring: `IORING_OP_BIND` and `IORING_OP_LISTEN`, linux/io_uring.h, since 6.11.
///   ``BindTraceReport/usedIOUring`` says whether there may have been some.
/// - Calls of processes made with `CLONE_UNTRACED`, and of processes that the command asks another program to start, such as
///   `systemd-run` or a container engine.
/// - The bind() of a socket that the command inherits: systemd binds it itself.
///
/// Needs Linux 5.3.
package struct BindTracer: Sendable, Hashable {
  /// The program, looked up in `PATH` unless there is a slash in it, and its arguments.
  package var command: [String]
  /// Whether descendants that outlive the command are traced until all have ended. Otherwise they are released when the
  /// command ends, and go on.
  package var followsDescendants: Bool

  /// Prepares a command; it is not started.
  ///
  /// - Parameters:
  ///   - command: The program, looked up in `PATH` unless there is a slash in it, and its arguments.
  ///   - followsDescendants: Whether to trace until all descendants have ended.
  package init(_ command: [String], followsDescendants: Bool = false) {
    self.command = command
    self.followsDescendants = followsDescendants
  }

  /// Runs the command to its end.
  ///
  /// While `onCall` runs, the thread that made the call stays stopped at its exit, so that the socket can be examined, as
  /// long as no other thread of the program changes the descriptor. Other threads go on. Only a thread that ends the process,
  /// or calls exec(), waits until the call has been examined, since it would close the socket. Calls come one at a time, in
  /// the order in which they returned, on the thread that called this.
  ///
  /// - Parameter onCall: Called for each bind() and listen() on an internet or UNIX socket that has returned, and for each
  ///   connect() on one that has failed. If it throws, the command and its descendants are released and go on, and this
  ///   throws the same error at once.
  /// - Returns: How the command ended.
  /// - Throws: ``BindTraceError``, or what `onCall` throws. With ``BindTraceError/Code/notFound``,
  ///   ``BindTraceError/Code/notExecutable``, ``BindTraceError/Code/permissionDenied`` and
  ///   ``BindTraceError/Code/unsupportedKernel`` the command was not run.
  package func run(_ onCall: (BindCall) throws -> BindTraceFlow) throws -> BindTraceReport {
    try run(where: { _ in true }, onCall)
  }

  /// Runs the command to its end, and reports only some of its calls.
  ///
  /// A program may fail thousands of times in a second, and a report takes two switches between threads. This picks the calls
  /// that are worth it without a switch.
  ///
  /// - Parameters:
  ///   - isWanted: Called on the tracing thread for each call that ``run(_:)`` would report. All traced threads wait for it,
  ///     so it should be quick. If it returns `false`, the call is not reported and its thread goes on at once.
  ///   - onCall: As for ``run(_:)``.
  /// - Returns: How the command ended.
  /// - Throws: As ``run(_:)`` does.
  package func run(
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
    // Only the end of its thread ends the tracing.
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
    // SAFETY: the block holds the given number of NUL-terminated strings and outlives the call.
    return unsafe block.withUnsafeBufferPointer { bytes in
      unsafe bytes.withMemoryRebound(to: CChar.self) { unsafe cbindtrace_start($0.baseAddress, command.count) }
    }
  }

  /// Waits for the end of a command that is no longer traced.
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
