internal import Glibc

/// An end by a signal, so that whoever waits for this process sees what it came to.
enum SignalDeath {
  /// Ends this process by a signal, without a file of its memory.
  static func die(of number: Int32) -> Never {
    var limit = rlimit(rlim_cur: 0, rlim_max: 0)
    // SAFETY: the call reads the structure.
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    _ = signal(number, SIG_DFL)
    raise(number)
    // The first process of a pid namespace is immune to its own signals, and some signals end nobody.
    exit(128 + number)
  }
}
