/// What became of a signal.
public enum SignalOutcome: Sendable, Hashable {
  /// The process that holds the socket got it.
  case signalled
  /// The process is gone; another one may have its id, and got nothing.
  case gone
  /// The process is there, but its descriptor no longer leads to the socket. It got nothing.
  case noLongerHolds
  /// This user may not signal the process, or not look at its descriptors: the errno.
  case denied(Int32)
  /// It cannot be done here: the errno. `ENOSYS` before Linux 5.3; `EXDEV` if the proc that was read does not number
  /// processes as this process sees them; `EINVAL` if there is no such signal.
  case unsupported(Int32)
}

/// The two steps of a signal that ask the kernel about processes, so that a test can let a process end between them.
package protocol ProcessSignals: Sendable {
  /// Opens a process, or returns a negative errno.
  func open(_ pid: Int32) -> Int32
  /// Sends a signal to an open process, or returns a negative errno.
  func send(_ signal: Int32, to process: Int32) -> Int32
}
