internal import SockDiag

/// Why the command ends early: one sentence for standard error, and the exit status.
struct CommandFailure: Error, Hashable {
  var status: ExitStatus
  /// The fault and, where one is known, the cure after a semicolon. No full stop.
  var message: String
  /// Lines that show the place of the fault.
  var excerpt: [String] = []

  init(_ status: ExitStatus, _ message: String) {
    self.status = status
    self.message = message
  }

  static func usage(_ message: String) -> CommandFailure { CommandFailure(.usage, message) }
}

extension CommandFailure {
  init(_ error: SockDiagError) {
    let isForbidden = error.code == .permissionDenied || error.code == .namespaceForbidden
    self.init(isForbidden ? .noPermission : .system, error.description)
  }

  /// Any error, as the sentence that it makes of itself.
  init(_ error: any Error) {
    switch error {
    case let failure as CommandFailure: self = failure
    case let error as SockDiagError: self.init(error)
    default: self.init(.system, String(describing: error))
    }
  }
}
