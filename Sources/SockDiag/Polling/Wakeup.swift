internal import CSockDiag
internal import Glibc

/// Wakes a thread that waits for descriptors: an eventfd.
package final class Wakeup: Sendable {
  /// Readable after ``raise()`` until ``clear()``.
  package let descriptor: Int32

  /// - Throws: ``SockDiagError`` with `EMFILE` or `ENFILE` where the limit of open files is reached.
  package init() throws(SockDiagError) {
    let opened = csockdiag_wakeup_open()
    guard opened >= 0 else { throw SockDiagError(errno: -opened, operation: "open an eventfd") }
    descriptor = opened
  }

  deinit { close(descriptor) }

  /// Wakes the thread now, or as soon as it waits.
  package func raise() {
    var one: UInt64 = 1
    // SAFETY: write reads the eight bytes of the number.
    _ = unsafe write(descriptor, &one, 8)
  }

  /// Forgets what was raised.
  package func clear() {
    var count: UInt64 = 0
    // SAFETY: read fills the eight bytes of the number, and does not wait.
    _ = unsafe read(descriptor, &count, 8)
  }

  /// Waits until it is raised, until another descriptor is readable, or for a time, and clears it.
  ///
  /// - Returns: Whether the other descriptor is readable.
  @discardableResult
  package func wait(or other: Int32 = -1, for time: Duration?) -> Bool {
    // Rounded up, so that the thread does not wake a moment before its time.
    let timeout = time.map { Int32(clamping: Int64(max($0 / .milliseconds(1), 0).rounded(.up))) } ?? -1
    var waits = InlineArray<2, pollfd>(repeating: pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
    waits[1].fd = other
    var span = waits.mutableSpan
    // SAFETY: poll uses the two structures during the call.
    _ = unsafe span.withUnsafeMutableBufferPointer { unsafe poll($0.baseAddress, 2, timeout) }
    if waits[0].revents != 0 { clear() }
    return waits[1].revents != 0
  }
}
