internal import BindDiagnosis
internal import Glibc

/// The outcome for a process that was to be ended. Later versions may add outcomes.
public struct EndingOutcome: Hashable, Sendable {
  /// The name for programs, such as `not-holding`.
  public let name: String
  /// The errno, for ``isDenied`` and ``isFailed``; 0 otherwise.
  public let errno: Int32

  private init(_ name: String, errno: Int32 = 0) { (self.name, self.errno) = (name, errno) }

  /// The first signal ended it.
  public static let ended = EndingOutcome("ended")
  /// SIGKILL ended it.
  public static let killed = EndingOutcome("killed")
  /// It had ended before it was signalled.
  public static let gone = EndingOutcome("gone")
  /// It had closed the sockets before, and was not signalled.
  public static let notHolding = EndingOutcome("not-holding")
  /// It closed the sockets after the first signal, still runs, and was not signalled again.
  public static let released = EndingOutcome("released")
  /// It still runs and holds the sockets.
  public static let running = EndingOutcome("running")
  /// No signal was tried.
  public static let spared = EndingOutcome("spared")

  /// This user may not signal it.
  public static func denied(_ errno: Int32) -> EndingOutcome { EndingOutcome("denied", errno: errno) }

  /// It cannot be signalled here.
  public static func failed(_ errno: Int32) -> EndingOutcome { EndingOutcome("failed", errno: errno) }

  /// Whether this user may not signal the process.
  public var isDenied: Bool { name == "denied" }

  /// Whether the process cannot be signalled here.
  public var isFailed: Bool { name == "failed" }

  /// Whether the process no longer holds the port.
  public var releasesPort: Bool { [.ended, .killed, .gone, .notHolding, .released].contains(self) }
}

extension EndingOutcome: CustomStringConvertible {
  /// The outcome as a clause about the process, without a full stop: `ended by the first signal`.
  public var description: String {
    switch self {
    case .ended: "ended by the first signal"
    case .killed: "killed, since the first signal did not end it in time"
    case .gone: "had already ended"
    case .notHolding: "no longer held the socket, and was not signalled"
    case .released: "closed the socket and still runs; it was not killed"
    case .running: "still runs"
    case .denied(EPERM), .denied(EACCES): "not signalled: this user may not do that"
    case .failed(ENOSYS): "not signalled: that needs Linux 5.3"
    case .failed(EXDEV): "not signalled: /proc belongs to another PID namespace"
    case .spared: "not ended"
    default: "not signalled: \(BindErrno(rawValue: errno).message)"
    }
  }
}

/// How processes are ended.
public struct EndingOptions: Hashable, Sendable {
  /// The first signal.
  public var signal: ProcessSignal
  /// How long a process has to end before it is killed.
  public var grace: Duration
  /// Whether a process that has not ended by then is killed.
  public var kills: Bool
  /// Whether processes are ended too that a unit, container or forwarder may start again. Stop those instead.
  public var endsSupervised: Bool
  /// How long the port is observed afterwards for a server that is started again; less if nothing is known that could.
  public var settle: Duration

  /// Creates options.
  public init(
    signal: ProcessSignal = .terminate, grace: Duration = .seconds(5), kills: Bool = true, endsSupervised: Bool = false,
    settle: Duration = .seconds(3)
  ) {
    (self.signal, self.grace, self.kills) = (signal, grace, kills)
    (self.endsSupervised, self.settle) = (endsSupervised, settle)
  }
}

extension EndingOptions {
  /// An outcome with these options, as a clause about the process: `ended by SIGTERM`.
  ///
  /// - Parameter grace: The grace period in words.
  package func words(about outcome: EndingOutcome, grace: String) -> String {
    switch outcome {
    case .ended: "ended by \(signal)"
    case .killed: "killed: \(signal) did not end it within \(grace)"
    case .running where kills: "still runs after SIGKILL; it may wait for a disk or a device"
    case .running: "still runs, \(grace) after \(signal)"
    default: "\(outcome)"
    }
  }
}
