internal import SockDiag

/// What became of a socket that was to be destroyed.
enum DestructionResult: String, CaseIterable {
  case destroyed
  /// It had gone already, which is as good.
  case gone
  /// The privilege is missing.
  case denied
  /// The kernel cannot, or the record has no cookie to be told by.
  case unsupported
  /// It is only bound.
  case onlyBound = "only-bound"
  /// The kernel finds another one at its address.
  case shadowed
  /// Anything else.
  case failed

  init(_ error: SockDiagError) {
    switch error.code {
    case .gone: self = .gone
    case .permissionDenied: self = .denied
    case .destroyUnsupported, .missingCookie, .missingProtocolHandler, .missingFamily: self = .unsupported
    case .onlyBound: self = .onlyBound
    case .shadowed: self = .shadowed
    default: self = .failed
    }
  }

  var status: ExitStatus {
    switch self {
    case .destroyed, .gone: .success
    case .denied: .noPermission
    case .unsupported, .onlyBound, .shadowed, .failed: .system
    }
  }
}
