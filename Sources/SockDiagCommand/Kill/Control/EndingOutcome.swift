/// What became of a process that was to be ended.
enum EndingOutcome: Hashable {
  /// It ended by the first signal.
  case ended
  /// It ended by SIGKILL.
  case killed
  /// It had ended before it was its turn.
  case gone
  /// It had closed the sockets before it was its turn, and got no signal.
  case notHolding
  /// It closed the sockets after the first signal, runs on, and got no other.
  case released
  /// It runs on and holds the sockets.
  case running
  /// This user may not signal it: the errno.
  case denied(Int32)
  /// It cannot be signalled here: the errno.
  case failed(Int32)
  /// Nothing was tried.
  case spared

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

  var status: ExitStatus {
    switch self {
    case .ended, .killed, .gone, .notHolding, .released: .success
    case .denied: .noPermission
    case .running, .failed, .spared: .system
    }
  }
}

/// How processes are ended.
struct EndingOptions {
  /// What is sent first.
  var signal = SignalArgument.terminate
  /// How long a process has to end before it is killed.
  var grace = Duration.seconds(5)
  /// Whether it is killed then.
  var kills = true
}
