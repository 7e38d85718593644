internal import Glibc
internal import Synchronization

/// The user's wish that the command come to an end: SIGINT, which a terminal sends for Ctrl-C, or SIGTERM.
///
/// The first signal is a wish, so that what is being written is completed; the second ends the process whatever it
/// does. A signal may come just before a call that waits, which would then never hear of it. So the handler writes into
/// a pipe, and every wait watches the pipe as well.
struct Interruption {
  /// What a wait ended with.
  enum Outcome {
    /// The descriptor has what was waited for.
    case ready
    /// The user wants the command to end.
    case interrupted
    /// Who reads the output is gone.
    case abandoned
    case timeUp
  }

  /// Where handlers, which know nothing else, find the pipe.
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
        // What a handler may call is little: write and signal are of it, and it must leave errno alone.
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

  /// Whether the wish was uttered. Costs no system call.
  var isRequested: Bool { Self.received.load(ordering: .relaxed) != 0 }

  /// Takes over nothing: for a wait in another program's process.
  static var none: Interruption { Interruption(readingEnd: -1) }

  private init(readingEnd: Int32) { self.readingEnd = readingEnd }

  /// Ends the process by the signal. A shell stops its script only if it sees that its child did not survive the signal
  /// either.
  static func endBySignal() -> Never {
    SignalDeath.die(of: received.load(ordering: .relaxed))
  }

  /// Waits for a descriptor while somebody reads the output.
  ///
  /// - Parameters:
  ///   - events: `POLLIN` or `POLLOUT`.
  ///   - milliseconds: For how long, `nil` for ever.
  func wait(
    _ descriptor: Int32, for events: Int32, output: Int32 = STDOUT_FILENO, milliseconds: Int32? = nil
  ) -> Outcome {
    // A closed pipe is told without being asked for.
    wait(
      [
        pollfd(fd: output, events: 0, revents: 0),
        pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: events), revents: 0),
      ], milliseconds)
  }

  /// Waits until one of some descriptors is readable, whoever reads the output.
  ///
  /// - Parameter milliseconds: For how long.
  func wait(forAnyOf descriptors: [Int32], milliseconds: Int32) -> Outcome {
    let none = pollfd(fd: -1, events: 0, revents: 0)
    return wait([none] + descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }, milliseconds)
  }

  /// Waits for descriptors, of which the first is the output.
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
