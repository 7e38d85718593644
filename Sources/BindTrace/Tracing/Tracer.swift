internal import CBindTrace
internal import Glibc

/// What tracing came to.
struct TracerOutcome: Sendable {
  /// How the command ended; `nil` if nobody traced it then: it was let go of before, or ended before it could be traced.
  var ending: CommandEnding?
  /// The errno for which the child could not become the command.
  var fault: Int32 = 0
  var unwatchedThreadCount = 0
  var unknownArchitectures: Set<UInt32> = []
  var unexaminedCallCount = 0
  var usedIOUring = false
}

/// Follows a command and its descendants from stop to stop. It lives on one thread, and whatever it still traces when
/// that thread ends is let go of by the kernel.
///
/// There is no PTRACE_DETACH. It takes a stopped tracee, so that each would first have to be stopped, which a process
/// whose first thread has ended never is, and meanwhile new ones would come. The end of the thread lets go of all of
/// them at once, those that nobody has heard of yet included, wakes those that are stopped for us and hands on the
/// signals they were about to get. A process that is stopped by a stop signal remains so.
struct Tracer {
  let command: Int32
  let channel: Int32
  let followsDescendants: Bool
  /// Called when the command has ended, which may be before tracing has.
  let onEnd: @Sendable () -> Void
  let exchange: Exchange

  private(set) var outcome = TracerOutcome()
  private var threads: [Int32: TracedThread] = [:]
  private var questions = OpenQuestions()
  private var isCommand = false
  /// Everything is let go of as soon as the last question is answered.
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

  /// Attaches to the child that waits to become the command, lets it, and follows it.
  mutating func run() throws(BindTraceError) {
    guard try seize() else { return }
    var event = cbindtrace_event()
    while !(isClosing && questions.isEmpty) {
      // SAFETY: the call fills the structure and keeps no pointer.
      let error = unsafe cbindtrace_next(&event, questions.isEmpty ? -1 : exchange.wakeDescriptor)
      // Nothing is left to wait for. Without an ending, somebody else has waited for the command.
      guard error == 0 else { return }
      try handle(event)
      // Where there is always an event, nothing sleeps and is woken.
      if !questions.isEmpty, takeAnswers() == .detach { return }
    }
  }

  /// Lets those go on that were waited for.
  private mutating func takeAnswers() -> BindTraceFlow {
    for answer in exchange.takeAnswers() {
      // Left stopped if everything is let go of: so the caller's look at it is over before it runs.
      if answer.flow == .detach { return .detach }
      for thread in questions.close(answer.number) { cbindtrace_resume(thread, 0) }
    }
    return .continue
  }

  /// Becomes the child's tracer and lets it go on; false if a signal that was sent on to it has ended it already.
  private func seize() throws(BindTraceError) -> Bool {
    let error = cbindtrace_seize(command)
    guard error == 0 else {
      if cbindtrace_has_ended(command) { return false }
      cbindtrace_abandon(command)
      throw Self.failure(errno: -error)
    }
    // It fails only if the child is gone, and then there is an event.
    cbindtrace_release(channel)
    return true
  }

  private mutating func handle(_ event: cbindtrace_event) throws(BindTraceError) {
    // Whatever fails with ESRCH below has been killed while it was stopped, and its end will be an event.
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

  /// A new thread begins with a stop of one of two kinds, as others have later too.
  private mutating func appear(_ thread: Int32) {
    if threads[thread] == nil { threads[thread] = TracedThread() }
  }

  private mutating func hasExecuted(_ event: cbindtrace_event) throws(BindTraceError) {
    // Another thread than the first may call exec(). It takes the first one's id, and its own vanishes without an event.
    forget(event.number)
    forget(event.thread)
    threads[event.thread] = TracedThread()
    if !isCommand, event.thread == command {
      isCommand = true
      // Not one instruction of the command has run, so this is the moment to find that it cannot be watched.
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
    // Beyond the errnos lie the kernel's own, for calls that it is about to repeat. Kernel: linux/errno.h.
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

  /// Programs ask by connect() too whether a connection has been made.
  private static func isFailureToConnect(_ errno: Int32) -> Bool {
    ![0, EINPROGRESS, EALREADY, EISCONN, EINTR].contains(errno)
  }

  /// The process of a thread. The first thread of any process is in the table, even after its end as long as there are
  /// others.
  private mutating func processID(of thread: Int32) -> Int32 {
    if let known = threads[thread]?.processID, known != 0 { return known }
    let process =
      cbindtrace_is_thread_of(thread, thread)
      ? thread : threads.keys.first { cbindtrace_is_thread_of($0, thread) } ?? thread
    threads[thread, default: TracedThread()].processID = process
    return process
  }

  /// Copies from a tracee's memory, as many bytes as there are.
  private static func read(_ thread: Int32, _ address: UInt64, _ count: Int) -> [UInt8] {
    guard count > 0 else { return [] }
    var bytes = [UInt8](repeating: 0, count: count)
    // SAFETY: the call writes at most as many bytes as there is room for.
    let result = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
      unsafe cbindtrace_read(thread, address, buffer.baseAddress, count)
    }
    bytes.removeLast(count - max(0, min(result, count)))
    return bytes
  }

  private static func failure(errno: Int32) -> BindTraceError {
    switch errno {
    case EPERM, EACCES: BindTraceError(.permissionDenied, operation: "trace the command", errno: errno)
    // EIO is what ptrace() says to requests that it does not know.
    case EIO, ENOSYS, EINVAL:
      BindTraceError(.unsupportedKernel, operation: "read the command's system calls", errno: errno)
    default: BindTraceError(.system, operation: "trace the command", errno: errno)
    }
  }
}
