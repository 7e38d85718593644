internal import CBindTrace
internal import Glibc

/// The result of tracing.
struct TracerOutcome: Sendable {
  /// How the command ended; `nil` if it was not traced then: it had been released, or ended before it could be traced.
  var ending: CommandEnding?
  /// The errno of the child's exec(); 0 if that succeeded.
  var fault: Int32 = 0
  var unwatchedThreadCount = 0
  var unknownArchitectures: Set<UInt32> = []
  var unexaminedCallCount = 0
  var usedIOUring = false
}

/// Traces a command and its descendants. It stays on one thread, and the kernel releases all tracees when that thread ends.
///
/// It does not use PTRACE_DETACH, which needs a stopped tracee. Each tracee would have to be stopped first, and a process
/// whose first thread has ended cannot be; meanwhile new ones would start. The end of the thread releases all of them at
/// once, also those that have not been reported yet. The kernel then resumes the tracees that are stopped for us, and
/// delivers the signals that they were about to get. A process that a stop signal has stopped stays stopped
/// (`PTRACE_SEIZE`, `PTRACE_LISTEN`).
struct Tracer {
  let command: Int32
  let channel: Int32
  let followsDescendants: Bool
  /// Called when the command has ended. Its descendants may still be traced then.
  let onEnd: @Sendable () -> Void
  let exchange: Exchange

  private(set) var outcome = TracerOutcome()
  private var threads: [Int32: TracedThread] = [:]
  private var questions = OpenQuestions()
  private var isCommand = false
  /// Whether tracing ends as soon as the last question is answered.
  private var isClosing = false

  init(
    command: Int32, channel: Int32, followsDescendants: Bool, onEnd: @escaping @Sendable () -> Void,
    exchange: Exchange
  ) {
    self.command = command
    self.channel = channel
    self.followsDescendants = followsDescendants
    self.onEnd = onEnd
    self.exchange = exchange
  }

  /// Attaches to the child that waits to become the command, lets it go on, and traces it to its end.
  mutating func run() throws(BindTraceError) {
    guard try seize() else { return }
    var event = cbindtrace_event()
    while !(isClosing && questions.isEmpty) {
      // SAFETY: the call fills the structure and keeps no pointer.
      let error = unsafe cbindtrace_next(&event, questions.isEmpty ? -1 : exchange.wakeDescriptor)
      // Nothing is left to trace. If the ending is missing, other code has waited for the command.
      guard error == 0 else { return }
      try handle(event)
      // With a constant flow of events the wait for the next one never reports an answer.
      if !questions.isEmpty, takeAnswers() == .detach { return }
    }
  }

  /// Resumes the threads whose questions were answered.
  private mutating func takeAnswers() -> BindTraceFlow {
    for answer in exchange.takeAnswers() {
      // The end of this thread resumes it. Until then it stays stopped, so that the caller is done with its socket.
      if answer.flow == .detach { return .detach }
      for thread in questions.close(answer.number) { cbindtrace_resume(thread, 0) }
    }
    return .continue
  }

  /// Becomes the child's tracer and lets it go on; false if a signal that was passed on has ended it already.
  private func seize() throws(BindTraceError) -> Bool {
    let error = cbindtrace_seize(command)
    guard error == 0 else {
      if cbindtrace_has_ended(command) { return false }
      cbindtrace_abandon(command)
      throw Self.failure(errno: -error)
    }
    // This fails only if the child is gone, which is reported as an event.
    cbindtrace_release(channel)
    return true
  }

  private mutating func handle(_ event: cbindtrace_event) throws(BindTraceError) {
    // ESRCH below means that the thread was killed while it was stopped. Its end will be reported as an event.
    switch event.kind {
    case CBINDTRACE_WOKEN: break
    case CBINDTRACE_CALL: atCall(event.thread)
    case CBINDTRACE_SIGNAL: cbindtrace_resume(event.thread, event.number)
    case CBINDTRACE_GROUP_STOP:
      appear(event.thread)
      cbindtrace_listen(event.thread)
    case CBINDTRACE_EXECUTED: try hasExecuted(event)
    case CBINDTRACE_EXITED, CBINDTRACE_KILLED: hasEnded(event)
    default:
      appear(event.thread)
      cbindtrace_resume(event.thread, 0)
    }
  }

  /// Notes a thread at a stop that may be its first.
  private mutating func appear(_ thread: Int32) {
    if threads[thread] == nil { threads[thread] = TracedThread() }
  }

  private mutating func hasExecuted(_ event: cbindtrace_event) throws(BindTraceError) {
    // If another thread than the first calls exec(), it gets the id of the first, and its own id disappears without an event.
    forget(event.number)
    forget(event.thread)
    threads[event.thread] = TracedThread()
    if !isCommand, event.thread == command {
      isCommand = true
      // No instruction of the command has run yet: the last moment to refuse a command that cannot be traced.
      var call = cbindtrace_call()
      // SAFETY: the call fills the structure and keeps no pointer.
      let error = unsafe cbindtrace_call(event.thread, &call)
      if error < 0, error != -ESRCH {
        cbindtrace_abandon(command)
        throw Self.failure(errno: -error)
      }
    }
    cbindtrace_resume(event.thread, 0)
  }

  private mutating func hasEnded(_ event: cbindtrace_event) {
    forget(event.thread)
    guard event.thread == command, outcome.ending == nil else { return }
    if !isCommand { outcome.fault = cbindtrace_fault(channel) }
    outcome.ending =
      event.kind == CBINDTRACE_EXITED
      ? .exited(event.number) : .signalled(event.number, dumpedCore: event.dumped_core)
    onEnd()
    isClosing = !followsDescendants
  }

  private mutating func forget(_ thread: Int32) {
    threads[thread] = nil
    for other in questions.forget(thread) { cbindtrace_resume(other, 0) }
  }

  private mutating func atCall(_ thread: Int32) {
    var call = cbindtrace_call()
    var staysStopped = false
    // SAFETY: the call fills the structure and keeps no pointer.
    if unsafe cbindtrace_call(thread, &call) == 0 {
      if call.phase == CBINDTRACE_ENTRY {
        staysStopped = enter(thread, call)
      } else if call.phase == CBINDTRACE_EXIT, let state = threads[thread] {
        if state.isMakingRing {
          threads[thread]?.isMakingRing = false
          if call.result >= 0 { outcome.usedIOUring = true }
        } else if let pending = state.call {
          threads[thread]?.call = nil
          staysStopped = leave(thread, pending, call.result)
        }
      }
    }
    if !staysStopped { cbindtrace_resume(thread, 0) }
  }

  /// - Returns: Whether the thread stays stopped.
  private mutating func enter(_ thread: Int32, _ call: cbindtrace_call) -> Bool {
    guard let convention = CallingConvention(rawValue: call.architecture) else {
      outcome.unknownArchitectures.insert(call.architecture)
      if threads[thread]?.isUnwatched != true { outcome.unwatchedThreadCount += 1 }
      threads[thread, default: TracedThread()].isUnwatched = true
      return false
    }
    switch convention.watchedCall(call.number, call.arguments, read: { Self.read(thread, $0, $1) }) {
    case nil: break
    case .ringSetup: threads[thread, default: TracedThread()].isMakingRing = true
    case .endOfProgram:
      guard !questions.isEmpty else { break }
      let process = processID(of: thread)
      guard questions.concern(process) else { break }
      questions.hold(thread, of: process)
      return true
    case .socket(let watched):
      var address: [UInt8] = []
      if watched.kind != .listen {
        address = Self.read(
          thread, watched.addressPointer, min(max(0, Int(watched.addressLength)), UnixName.capacity))
      }
      threads[thread, default: TracedThread()].call = PendingCall(call: watched, address: address)
    }
    return false
  }

  /// - Returns: Whether the thread stays stopped.
  private mutating func leave(_ thread: Int32, _ pending: PendingCall, _ result: Int64) -> Bool {
    // From 512 on are the kernel's internal codes, for calls that it is about to repeat. Kernel: linux/errno.h.
    guard !isClosing, result <= 0, result > -512 else { return false }
    let errno = Int32(-result)
    let isConnecting = pending.call.kind == .connect
    if isConnecting, !Self.isFailureToConnect(errno) { return false }
    let process = processID(of: thread)
    let socket = ExaminedSocket(process: process, thread: thread, descriptor: pending.call.descriptor)
    if case .unknown = socket, !isConnecting { outcome.unexaminedCallCount += 1 }
    guard var call = BindCall(pending, socket, process: process, thread: thread, errno: errno) else { return false }
    let shared = cbindtrace_shares_descriptors(process, thread)
    call.hasOwnDescriptors = shared < 0 ? nil : shared == 0
    guard exchange.isWanted(call) else { return false }
    exchange.ask(questions.open(thread, of: process), call)
    return true
  }

  /// Programs also call connect() again to ask whether a connection has been made.
  private static func isFailureToConnect(_ errno: Int32) -> Bool {
    ![0, EINPROGRESS, EALREADY, EISCONN, EINTR].contains(errno)
  }

  /// The process of a thread. The first thread of a process stays in the table while other threads of it run, even after its
  /// own end.
  private mutating func processID(of thread: Int32) -> Int32 {
    if let known = threads[thread]?.processID, known != 0 { return known }
    let process =
      cbindtrace_is_thread_of(thread, thread)
      ? thread : threads.keys.first { cbindtrace_is_thread_of($0, thread) } ?? thread
    threads[thread, default: TracedThread()].processID = process
    return process
  }

  /// Copies up to `count` bytes from a tracee's memory.
  private static func read(_ thread: Int32, _ address: UInt64, _ count: Int) -> [UInt8] {
    guard count > 0 else { return [] }
    var bytes = [UInt8](repeating: 0, count: count)
    // SAFETY: the call writes at most the capacity of the buffer.
    let result = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
      unsafe cbindtrace_read(thread, address, buffer.baseAddress, count)
    }
    bytes.removeLast(count - max(0, min(result, count)))
    return bytes
  }

  private static func failure(errno: Int32) -> BindTraceError {
    switch errno {
    case EPERM, EACCES: BindTraceError(.permissionDenied, operation: "trace the command", errno: errno)
    // ptrace() refuses unknown requests with EIO.
    case EIO, ENOSYS, EINVAL:
      BindTraceError(.unsupportedKernel, operation: "read the command's system calls", errno: errno)
    default: BindTraceError(.system, operation: "trace the command", errno: errno)
    }
  }
}
