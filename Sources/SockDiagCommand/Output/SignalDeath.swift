internal import ArgumentParser
internal import Glibc

/// An end by a signal, as that of another process which this one stands for.
enum SignalDeath {
  /// Ends this process by a signal, without a file of its memory. Returns only if the signal does not end processes, with
  /// the status that a shell would show for it.
  static func die(of number: Int32) -> ExitCode {
    var limit = rlimit(rlim_cur: 0, rlim_max: 0)
    // SAFETY: the call reads the structure.
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    _ = signal(number, SIG_DFL)
    raise(number)
    return ExitCode(128 + number)
  }
}
