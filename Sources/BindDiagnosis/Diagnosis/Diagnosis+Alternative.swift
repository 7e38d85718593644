internal import SockDiag

extension Diagnosis {
  /// The prediction for the same bind() with or without SO_REUSEADDR; `nil` if sockets do not decide.
  ///
  /// Programs differ in this option more than in any other: C and Python's socket module leave it out, and most servers and
  /// frameworks set it. Nothing is read anew, and a real bind() is not repeated.
  public func alternative(withReuseAddress: Bool) -> Diagnosis? {
    guard request.local.port != 0, !sockets.isEmpty else { return nil }
    if case .error = verdict { return nil }
    var other = self
    other.probe = nil
    if withReuseAddress {
      other.request.options.insert(.reuseAddress)
    } else {
      other.request.options.remove(.reuseAddress)
    }
    other.prediction = Diagnostician.judge(&other.sockets, other.request, conditions)
    if let rehearsal { other.prediction.refuse(rehearsal) }
    return other
  }
}
