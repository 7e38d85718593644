internal import Glibc

/// An open process to wait for. It stays the same process, even if its id passes to another one.
///
/// This is a class and not a noncopyable value, because an array holds the processes that are waited for together.
package final class ProcessWatch: Sendable {
  private let descriptor: Int32

  /// Takes ownership of a descriptor of a process (pidfd_open(2), since Linux 5.3).
  fileprivate init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Whether the process has ended, even if its parent has not collected its status. Its descriptors are closed then.
  package var hasEnded: Bool { Self.poll([self], milliseconds: 0) == [true] }

  /// Waits until all processes have ended or the time is up. The kernel wakes this thread.
  ///
  /// - Returns: For each process, whether it has ended.
  package static func wait(for watches: [ProcessWatch], until end: ContinuousClock.Instant) -> [Bool] {
    var ended = watches.map { _ in false }
    while true {
      let open = watches.indices.filter { !ended[$0] }
      if open.isEmpty { return ended }
      let left = ContinuousClock.now.duration(to: end)
      for (index, isOver) in zip(open, poll(open.map { watches[$0] }, milliseconds: left.pollMilliseconds)) {
        ended[index] = isOver
      }
      if left <= .zero { return ended }
    }
  }

  private static func poll(_ watches: [ProcessWatch], milliseconds: Int32) -> [Bool] {
    var waits = watches.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
    // SAFETY: poll uses the given number of structures during the call.
    let count = unsafe Glibc.poll(&waits, UInt(waits.count), milliseconds)
    // A signal may interrupt the call. Then no process counts as ended, and the caller asks again.
    return waits.map { count > 0 && $0.revents != 0 }
  }
}

extension OwnerFinder {
  /// Opens a process to wait for it; `nil` if it has ended or cannot be opened here.
  package func watch(_ process: HoldingProcess) -> ProcessWatch? {
    guard proc.traits.hasOurNumbers else { return nil }
    let opened = KernelSignals().open(process.pid)
    guard opened >= 0 else { return nil }
    let watch = ProcessWatch(opened)
    // The order matters: a process that still exists after the opening is the one that was opened.
    return details(of: process) == nil ? nil : watch
  }
}

extension Duration {
  /// The duration in whole milliseconds, rounded up and limited to what poll(2) takes.
  fileprivate var pollMilliseconds: Int32 {
    guard self > .zero else { return 0 }
    let (seconds, attoseconds) = components
    guard seconds < 1_000_000 else { return 1_000_000_000 }
    return Int32(seconds * 1000 + attoseconds / 1_000_000_000_000_000) + 1
  }
}
