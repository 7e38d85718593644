internal import Glibc
internal import Synchronization

/// A request to end the command: SIGINT, which a terminal sends for Ctrl-C, or SIGTERM.
///
/// After the first signal the command completes the row that it is writing. The second signal ends the process at once. A
/// signal may arrive just before a call that waits, and would not wake it. So the handler writes into a pipe, and every
/// wait watches the pipe too.
struct Interruption {
  /// The reason why a wait ended.
  enum Outcome {
    /// The descriptor is ready.
    case ready
    /// The user interrupted the command.
    case interrupted
    /// The reader of the output closed it.
    case abandoned
    case timeUp
  }

  /// The end of the pipe to which the handlers write.
  private static let writingEnd = Atomic<Int32>(-1)
  /// The signal; 0 for none.
  private static let received = Atomic<Int32>(0)

  private let readingEnd: Int32

  /// Takes over both signals, for the rest of the process.
  init() throws(CommandFailure) {
    var ends: (Int32, Int32) = (-1, -1)
    // SAFETY: the pair has the layout of the array of two that pipe fills.
    let result = unsafe withUnsafeMutableBytes(of: &ends) {
      unsafe pipe($0.baseAddress?.assumingMemoryBound(to: Int32.self))
    }
    guard result == 0 else { throw CommandFailure(.system, "cannot make a pipe: \(SystemMessage.text(errno))") }
    readingEnd = ends.0
    for end in [ends.0, ends.1] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    Self.writingEnd.store(ends.1, ordering: .releasing)
    for number in [SIGINT, SIGTERM] {
      _ = signal(number) { number in
        // A handler may call few functions; write and signal are allowed. It must not change errno.
        let saved = errno
        Interruption.received.store(number, ordering: .relaxed)
        var byte: UInt8 = 0
        // SAFETY: write reads the one byte.
        _ = unsafe write(Interruption.writingEnd.load(ordering: .acquiring), &byte, 1)
        _ = signal(number, SIG_DFL)
        errno = saved
      }
    }
  }

  /// Whether a signal arrived. Costs no system call.
  var isRequested: Bool { Self.received.load(ordering: .relaxed) != 0 }

  /// An interruption that never happens: for waits in the process of another program.
  static var none: Interruption { Interruption(readingEnd: -1) }

  private init(readingEnd: Int32) { self.readingEnd = readingEnd }

  /// Ends the process with the signal that arrived. A shell stops its script only if the signal ended the child too.
  static func endBySignal() -> Never {
    SignalDeath.die(of: received.load(ordering: .relaxed))
  }

  /// Waits for a descriptor, as long as the output has a reader.
  ///
  /// - Parameters:
  ///   - events: `POLLIN` or `POLLOUT`.
  ///   - milliseconds: The longest time to wait; `nil` for no limit.
  func wait(
    _ descriptor: Int32, for events: Int32, output: Int32 = STDOUT_FILENO, milliseconds: Int32? = nil
  ) -> Outcome {
    // poll reports a closed pipe without a request.
    wait(
      [
        pollfd(fd: output, events: 0, revents: 0),
        pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: events), revents: 0),
      ], milliseconds)
  }

  /// Waits until one of the descriptors is readable.
  ///
  /// - Parameters:
  ///   - output: The output, which has to have a reader; -1 for none.
  ///   - milliseconds: The longest time to wait; `nil` for no limit.
  func wait(forAnyOf descriptors: [Int32], output: Int32 = -1, milliseconds: Int32?) -> Outcome {
    let output = pollfd(fd: output, events: 0, revents: 0)
    return wait([output] + descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }, milliseconds)
  }

  /// Waits for descriptors. The first is the output.
  private func wait(_ descriptors: [pollfd], _ milliseconds: Int32?) -> Outcome {
    var waits = descriptors + [pollfd(fd: readingEnd, events: Int16(POLLIN), revents: 0)]
    while true {
      // SAFETY: poll uses the given number of structures during the call.
      let count = unsafe poll(&waits, UInt(waits.count), milliseconds ?? -1)
      if isRequested { return .interrupted }
      if count < 0, errno == EINTR { continue }
      if Int32(waits[0].revents) & (POLLERR | POLLHUP) != 0 { return .abandoned }
      return count == 0 ? .timeUp : .ready
    }
  }
}
