internal import PortControl
internal import SockDiag

/// A failure that ends the command: a sentence for standard error, and the exit status.
struct CommandFailure: Error, Hashable {
  var status: ExitStatus
  /// The fault and, after a semicolon, the remedy if one is known. There is no full stop.
  var message: String
  /// Lines that show where in the input the fault is.
  var excerpt: [String] = []
  /// The right filter where a wrong one is the fault, if it is known.
  var correction: FilterCorrection?

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

  /// Creates a failure from any error, with its description as the sentence.
  init(_ error: any Error) {
    switch error {
    case let failure as CommandFailure: self = failure
    case let error as SockDiagError: self.init(error)
    case let error as PortControlError:
      if let error = error.socketsError { self.init(error) } else { self.init(.system, "\(error)") }
    default: self.init(.system, String(describing: error))
    }
  }
}
