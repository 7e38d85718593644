internal import Glibc

/// Wakes a thread that waits for descriptors.
final class Wakeup: Sendable {
  /// Readable after ``raise()`` until ``clear()``.
  let descriptor: Int32
  private let writingEnd: Int32

  init() throws(CommandFailure) {
    var ends: (Int32, Int32) = (-1, -1)
    // SAFETY: the pair has the layout of the array of two that pipe fills.
    let result = unsafe withUnsafeMutableBytes(of: &ends) {
      unsafe pipe($0.baseAddress?.assumingMemoryBound(to: Int32.self))
    }
    guard result == 0 else { throw CommandFailure(.system, "cannot make a pipe: \(SystemMessage.text(errno))") }
    for end in [ends.0, ends.1] {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    (descriptor, writingEnd) = ends
  }

  deinit {
    close(descriptor)
    close(writingEnd)
  }

  func raise() {
    var byte: UInt8 = 1
    // A full pipe is readable already.
    // SAFETY: write reads the one byte.
    _ = unsafe write(writingEnd, &byte, 1)
  }

  func clear() {
    var bytes: (UInt64, UInt64) = (0, 0)
    // SAFETY: read fills at most the sixteen bytes.
    while unsafe withUnsafeMutableBytes(of: &bytes, { unsafe read(descriptor, $0.baseAddress, $0.count) }) > 0 {}
  }

  /// Waits until it is raised, or for a time.
  func wait(_ time: Duration?) {
    var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    // Rounded up, so that the thread does not wake a moment before its time.
    let milliseconds = time.map { Int32(clamping: Int64(max($0 / .milliseconds(1), 0).rounded(.up))) }
    // SAFETY: poll uses the one structure during the call.
    _ = unsafe poll(&wait, 1, milliseconds ?? -1)
    clear()
  }
}
