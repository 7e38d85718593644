internal import Glibc

/// Why a command could not be started or watched.
public struct BindTraceError: Error, Hashable, Sendable {
  /// The kind of an error. Later versions may add kinds.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The name of the error.
    public let rawValue: String

    /// Creates a code from its name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// There is no command, or an argument of it contains a zero byte.
    public static let invalidCommand = Code(rawValue: "invalid-command")
    /// The program is not there; shells return 127.
    public static let notFound = Code(rawValue: "not-found")
    /// The program is there and cannot be run; shells return 126.
    public static let notExecutable = Code(rawValue: "not-executable")
    /// The kernel, or a sandbox, forbids ptrace. The command was not run.
    public static let permissionDenied = Code(rawValue: "permission-denied")
    /// The kernel cannot tell what a tracee asks of it. The command was not run.
    public static let unsupportedKernel = Code(rawValue: "unsupported-kernel")
    /// The command has ended, but somebody else in this process has taken its exit status.
    public static let lostEnding = Code(rawValue: "lost-ending")
    /// Any other errno.
    public static let system = Code(rawValue: "system")
  }

  /// The kind of the error.
  public var code: Code
  /// What was being done.
  public var operation: String
  /// The errno, 0 where none was involved.
  public var errno: Int32

  /// Creates an error.
  public init(_ code: Code, operation: String, errno: Int32 = 0) {
    self.code = code
    self.operation = operation
    self.errno = errno
  }

  /// What to do about the error, where that is known.
  public var cure: String? {
    switch code {
    case .permissionDenied:
      "allow ptrace in the sandbox or container (capability SYS_PTRACE), and look at kernel.yama.ptrace_scope"
    case .unsupportedKernel: "use Linux 5.3 or later"
    case .lostEnding: "wait in this process for the processes that you started, not for any"
    case .system where errno == EMFILE: "raise the limit of open files (ulimit -n)"
    case .system where errno == EAGAIN: "raise the limit of processes (ulimit -u)"
    default: nil
    }
  }
}

extension BindTraceError: CustomStringConvertible {
  /// One sentence: what failed, why, and the cure where one is known.
  public var description: String {
    var text = operation
    switch code {
    case .invalidCommand: text += ": no command, or one with a zero byte"
    case .lostEnding: text += ": its exit status is gone"
    // SAFETY: strerror returns a static or thread-local string for every number, valid until the next call.
    default: text += ": " + (errno == 0 ? code.rawValue : unsafe String(cString: strerror(errno)))
    }
    return cure.map { text + "; " + $0 } ?? text
  }
}
