internal import Glibc

/// A signal. Kernel: asm-generic/signal.h.
public struct ProcessSignal: RawRepresentable, Hashable, Sendable {
  /// The kernel's number, 1 to 64. 0 sends nothing and only checks whether a signal is allowed.
  public let rawValue: Int32

  /// Creates a signal from its number.
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// Asks the process to end. Kernel: `SIGTERM`.
  public static let terminate = ProcessSignal(rawValue: SIGTERM)
  /// Interrupts it, as Ctrl-C does. Kernel: `SIGINT`.
  public static let interrupt = ProcessSignal(rawValue: SIGINT)
  /// Tells it that its terminal is gone; many servers read their settings anew. Kernel: `SIGHUP`.
  public static let hangUp = ProcessSignal(rawValue: SIGHUP)
  /// Ends it without its doing. Kernel: `SIGKILL`.
  public static let kill = ProcessSignal(rawValue: SIGKILL)

  /// The signals with a name, without the prefix SIG.
  package static let names: [(name: String, number: Int32)] = [
    ("HUP", SIGHUP), ("INT", SIGINT), ("QUIT", SIGQUIT), ("ABRT", SIGABRT), ("KILL", SIGKILL), ("USR1", SIGUSR1),
    ("USR2", SIGUSR2), ("PIPE", SIGPIPE), ("ALRM", SIGALRM), ("TERM", SIGTERM), ("CONT", SIGCONT), ("STOP", SIGSTOP),
    ("TSTP", SIGTSTP), ("TTIN", SIGTTIN), ("TTOU", SIGTTOU), ("WINCH", SIGWINCH), ("PWR", SIGPWR),
  ]
}

extension ProcessSignal: CustomStringConvertible {
  /// The name with its prefix, or the number of a signal that has no name here: `SIGTERM`, `signal 40`.
  public var description: String {
    Self.names.first { $0.number == rawValue }.map { "SIG\($0.name)" } ?? "signal \(rawValue)"
  }
}
