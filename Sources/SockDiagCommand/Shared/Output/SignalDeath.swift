internal import Glibc

/// Ends this process by a signal, so that its parent sees the signal.
enum SignalDeath {
  /// Ends this process by a signal, without a core file.
  static func die(of number: Int32) -> Never {
    var limit = rlimit(rlim_cur: 0, rlim_max: 0)
    // SAFETY: the call reads the structure.
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    _ = signal(number, SIG_DFL)
    raise(number)
    // The signal may not end the process: the first process of a PID namespace ignores it, and so do some signals.
    exit(128 + number)
  }
}
