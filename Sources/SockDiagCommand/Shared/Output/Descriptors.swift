internal import Glibc

/// What holds for every descriptor that the command was started with or opens.
enum Descriptors {
  /// Takes the numbers of standard streams that are closed.
  ///
  /// The next descriptor that is opened would get the number otherwise, and what is meant for standard output would be
  /// written into a socket. What takes the place is opened the wrong way round, so that reading standard input and
  /// writing standard output still fail.
  static func fillClosedStandardStreams() {
    for (descriptor, mode) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_WRONLY)]
    where fcntl(descriptor, F_GETFD) < 0 {
      // The lowest free number is taken, and those below are not free any more.
      // SAFETY: open copies the path, which is a literal.
      _ = unsafe open("/dev/null", mode)
    }
  }

  /// Lets this process open as many as its hard limit allows.
  static func raiseLimit() {
    var limit = rlimit()
    // SAFETY: the calls fill and read the one structure.
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    // SAFETY: as above.
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  /// Waits until a descriptor, which somebody may have set to non-blocking, takes or has bytes.
  ///
  /// - Parameter events: `POLLIN` or `POLLOUT`.
  static func wait(_ descriptor: Int32, for events: Int32) {
    var wait = pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: events), revents: 0)
    // SAFETY: poll uses the one structure during the call.
    _ = unsafe poll(&wait, 1, -1)
  }
}
