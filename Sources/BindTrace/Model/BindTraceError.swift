internal import Glibc
internal import SockDiagWire

/// Why a command could not be started or traced.
package struct BindTraceError: DescribedError, Hashable, Sendable {
  /// The kind of an error. Later versions may add kinds.
  package struct Code: RawRepresentable, Hashable, Sendable {
    /// The name of the error.
    package let rawValue: String

    /// Creates a code from its name.
    package init(rawValue: String) { self.rawValue = rawValue }

    /// The command is empty, or an argument contains a zero byte.
    package static let invalidCommand = Code(rawValue: "invalid-command")
    /// The program does not exist; shells return 127.
    package static let notFound = Code(rawValue: "not-found")
    /// The program exists and cannot be run; shells return 126.
    package static let notExecutable = Code(rawValue: "not-executable")
    /// The kernel, or a sandbox, forbids ptrace. The command was not run.
    package static let permissionDenied = Code(rawValue: "permission-denied")
    /// The kernel does not report the system calls of a tracee. The command was not run.
    package static let unsupportedKernel = Code(rawValue: "unsupported-kernel")
    /// The command has ended, but other code in this process has taken its exit status.
    package static let lostEnding = Code(rawValue: "lost-ending")
    /// Any other errno.
    package static let system = Code(rawValue: "system")
  }

  /// The kind of the error.
  package var code: Code
  /// The operation that failed.
  package var operation: String
  /// The errno; 0 if there was none.
  package var errno: Int32

  /// Creates an error.
  package init(_ code: Code, operation: String, errno: Int32 = 0) {
    self.code = code
    self.operation = operation
    self.errno = errno
  }

  /// How to fix it, where that is known.
  package var suggestion: String? {
    switch code {
    case .permissionDenied:
      "allow ptrace in the sandbox or container (capability SYS_PTRACE), and look at kernel.yama.ptrace_scope"
    case .unsupportedKernel: "use Linux 5.3 or later"
    case .lostEnding: "wait only for the processes that you started, not for any child"
    case .system where errno == EMFILE: "raise the limit of open files (ulimit -n)"
    case .system where errno == EAGAIN: "raise the limit of processes (ulimit -u)"
    default: nil
    }
  }
}

extension BindTraceError {
  /// One sentence: what failed, why, and the suggestion if there is one.
  package var description: String {
    var text = operation
    switch code {
    case .invalidCommand: text += ": the command is empty or contains a zero byte"
    case .lostEnding: text += ": the exit status is lost"
    // SAFETY: strerror returns a static or thread-local string for every number, valid until the next call.
    default: text += ": " + (errno == 0 ? code.rawValue : unsafe String(cString: strerror(errno)))
    }
    return suggestion.map { text + "; " + $0 } ?? text
  }
}
