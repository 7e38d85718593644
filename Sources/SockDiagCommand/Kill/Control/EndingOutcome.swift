/// The outcome for a process that was to be ended.
enum EndingOutcome: Hashable {
  /// The first signal ended it.
  case ended
  /// SIGKILL ended it.
  case killed
  /// It had ended before it was signalled.
  case gone
  /// It had closed the sockets before, and was not signalled.
  case notHolding
  /// It closed the sockets after the first signal, still runs, and was not signalled again.
  case released
  /// It still runs and holds the sockets.
  case running
  /// This user may not signal it: the errno.
  case denied(Int32)
  /// It cannot be signalled here: the errno.
  case failed(Int32)
  /// No signal was tried.
  case spared

  /// Whether the process no longer holds the port.
  var releasesPort: Bool {
    switch self {
    case .ended, .killed, .gone, .notHolding, .released: true
    case .running, .denied, .failed, .spared: false
    }
  }

  /// The name for programs.
  var name: String {
    switch self {
    case .ended: "ended"
    case .killed: "killed"
    case .gone: "gone"
    case .notHolding: "not-holding"
    case .released: "released"
    case .running: "running"
    case .denied: "denied"
    case .failed: "failed"
    case .spared: "spared"
    }
  }
}

/// How processes are ended.
struct EndingOptions {
  /// The first signal.
  var signal = SignalArgument.terminate
  /// How long a process has to end before it is killed.
  var grace = Duration.seconds(5)
  /// Whether a process that has not ended by then is killed.
  var kills = true
}
