internal import Glibc

/// Settings for all descriptors of the process.
enum Descriptors {
  /// Opens `/dev/null` in the place of standard streams that are closed.
  ///
  /// Otherwise the next descriptor would get the number, and the output would be written into a socket. Each is opened in the
  /// wrong direction, so that reading standard input and writing standard output still fail.
  static func fillClosedStandardStreams() {
    for (descriptor, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_WRONLY)]
    where fcntl(descriptor, F_GETFD) < 0 {
      // open takes the lowest free number, and all lower numbers are in use.
      // SAFETY: open copies the path, which is a literal.
      _ = unsafe open("/dev/null", mode)
    }
  }

  /// Waits until a descriptor can be read or written, even if it is in non-blocking mode.
  ///
  /// - Parameter events: `POLLIN` or `POLLOUT`.
  static func wait(_ descriptor: Int32, for events: Int32) {
    var wait = pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: events), revents: 0)
    // SAFETY: poll uses the one structure during the call.
    _ = unsafe poll(&wait, 1, -1)
  }
}
