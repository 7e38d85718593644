internal import SockDiag

/// The result of destroying a socket.
enum DestructionResult: String, CaseIterable {
  case destroyed
  /// The socket was closed already.
  case gone
  /// The privilege is missing.
  case denied
  /// The kernel cannot destroy it, or the record has no cookie.
  case unsupported
  /// The socket is only bound.
  case onlyBound = "only-bound"
  /// The kernel finds another socket at its address.
  case shadowed
  /// Any other error.
  case failed

  init(_ error: SockDiagError) {
    switch error.code {
    case .gone: self = .gone
    case .permissionDenied: self = .denied
    case .destroyUnsupported, .undestroyableRecord, .undestroyableProtocol, .missingCookie, .missingProtocolHandler,
      .missingFamily:
      self = .unsupported
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
