internal import Glibc

/// Tells a thread that sleeps in poll(2) to end.
final class Cancellation: Sendable {
  /// It becomes readable when the work is cancelled.
  let descriptor: Int32
  private let writingEnd: Int32

  init() throws(PortControlError) {
    var ends: (Int32, Int32) = (-1, -1)
    // SAFETY: the pair has the layout of the array of two that pipe fills.
    let result = unsafe withUnsafeMutableBytes(of: &ends) {
      unsafe pipe($0.baseAddress?.assumingMemoryBound(to: Int32.self))
    }
    guard result == 0 else { throw PortControlError(.system, errno: errno) }
    (descriptor, writingEnd) = ends
    for end in [descriptor, writingEnd] {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
  }

  deinit {
    close(descriptor)
    close(writingEnd)
  }

  /// Ends the work. A second call changes nothing.
  func cancel() {
    var byte: UInt8 = 0
    // SAFETY: write reads the one byte.
    _ = unsafe write(writingEnd, &byte, 1)
  }

  /// Whether the work is to end.
  var isCancelled: Bool { QuietHost(cancelDescriptor: descriptor).isCancelled }
}
