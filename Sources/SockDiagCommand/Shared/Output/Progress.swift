internal import Glibc
internal import Synchronization

/// Shows on the terminal that a long step runs, and for how long.
///
/// The line is on standard error, so that it does not get into a pipe. It appears after a second and is removed when the
/// step ends. Where standard error is not a terminal, nothing is shown.
enum Progress {
  /// Performs a step. A step within a step shows no line of its own.
  ///
  /// The body must not write to standard error, because the line would be in the way.
  ///
  /// - Parameters:
  ///   - text: What is done, in a few words: `reading the capture`.
  ///   - writesOutput: Whether the body writes rows to standard output. Then only a file gets a line: on a terminal the
  ///     rows show the progress, and a pipe may lead to a pager, which uses the same terminal and lets the body wait.
  static func during<Value: ~Copyable, Failure: Error>(
    _ text: String, writesOutput: Bool = false, _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    if writesOutput, !isFile(STDOUT_FILENO) { return try body() }
    guard StatusLine.isPossible, let thread = StatusLineThread.start(text) else { return try body() }
    defer { thread.stop() }
    return try body()
  }

  private static func isFile(_ descriptor: Int32) -> Bool {
    var status = stat()
    // SAFETY: the call fills the structure and keeps nothing.
    return unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }
}

/// A thread that counts seconds in a status line: the step itself may be a single system call.
private final class StatusLineThread: Sendable {
  /// The time after which people wonder whether something hangs.
  private static let patience = Duration.seconds(1)
  private static let isRunning = Atomic<Bool>(false)

  private let text: String
  /// The ends of a pipe. The thread ends when the writing end is closed.
  private let ends: (reading: Int32, writing: Int32)
  private let thread = Mutex<pthread_t>(pthread_t())

  private init(_ text: String, _ ends: (reading: Int32, writing: Int32)) {
    self.text = text
    self.ends = ends
  }

  /// Starts a thread; `nil` if one shows a line already, or if the system refuses a pipe or a thread.
  static func start(_ text: String) -> StatusLineThread? {
    guard isRunning.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged else {
      return nil
    }
    guard let ends = makePipe() else {
      isRunning.store(false, ordering: .releasing)
      return nil
    }
    let line = StatusLineThread(text, ends)
    if line.start() { return line }
    line.release()
    return nil
  }

  /// Ends the thread, which removes the line.
  func stop() {
    close(ends.writing)
    pthread_join(thread.withLock { $0 }, nil)
    close(ends.reading)
    Self.isRunning.store(false, ordering: .releasing)
  }

  private func release() {
    close(ends.writing)
    close(ends.reading)
    Self.isRunning.store(false, ordering: .releasing)
  }

  private func start() -> Bool {
    var thread = pthread_t()
    // SAFETY: the thread releases the object; if no thread starts, it is released below.
    let line = unsafe Unmanaged.passRetained(self)
    let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
      guard let context = unsafe context else { return nil }
      // SAFETY: the context is the object retained above, and this is its one release.
      unsafe Unmanaged<StatusLineThread>.fromOpaque(context).takeRetainedValue().run()
      return nil
    }
    // Signals are for the thread that works: they interrupt its system calls.
    var (all, before) = (sigset_t(), sigset_t())
    // SAFETY: the calls fill and read the two sets; the new thread inherits the mask.
    unsafe sigfillset(&all)
    unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
    // SAFETY: the entry function expects nothing but the retained object.
    let result = unsafe pthread_create(&thread, nil, entry, line.toOpaque())
    // SAFETY: the set was filled above.
    unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
    guard result == 0 else {
      // SAFETY: no thread runs that would release it.
      unsafe line.release()
      return false
    }
    self.thread.withLock { $0 = thread }
    return true
  }

  private func run() {
    let begin = ContinuousClock.now
    var line = StatusLine()
    var next = Self.patience
    while !isStopped(after: begin + next - .now) {
      let elapsed = begin.duration(to: .now)
      line.show("\(text), \(elapsed.components.seconds) s")
      // On the full second, so that no number is left out.
      next = .seconds(elapsed.components.seconds + 1)
    }
    line.clear()
  }

  /// Waits; whether the step has ended meanwhile.
  private func isStopped(after time: Duration) -> Bool {
    var wait = pollfd(fd: ends.reading, events: Int16(POLLIN), revents: 0)
    let milliseconds = Int32(clamping: Int64((max(time, .zero) / .milliseconds(1)).rounded(.up)))
    // SAFETY: poll uses the one structure during the call.
    return unsafe poll(&wait, 1, milliseconds) > 0
  }

  private static func makePipe() -> (reading: Int32, writing: Int32)? {
    var ends: [Int32] = [-1, -1]
    // SAFETY: pipe fills the two numbers.
    guard unsafe pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }
}
