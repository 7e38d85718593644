/// The outcome of a signal.
#if hasAttribute(nonexhaustive)
  @nonexhaustive
#endif
public enum SignalOutcome: Sendable, Hashable, Codable {
  /// The process that holds the socket received the signal.
  case signalled
  /// The process has ended. Another process that has its id by now received nothing.
  case gone
  /// The process no longer holds the socket by this descriptor, so it received nothing.
  case noLongerHolds
  /// This user may not signal the process or may not read its descriptors: the errno.
  case denied(Int32)
  /// The signal cannot be sent here: the errno. It is `ENOSYS` before Linux 5.3, `EXDEV` if the proc that was read has
  /// other process ids than this process sees, and `EINVAL` for an unknown signal.
  case unsupported(Int32)
}

extension SignalOutcome: CustomStringConvertible {
  /// The outcome as a sentence without a full stop: "the process no longer holds the socket".
  public var description: String {
    switch self {
    case .signalled: "the process received the signal"
    case .gone: "the process has ended"
    case .noLongerHolds: "the process no longer holds the socket"
    case .denied(let errno): "the signal is not permitted: \(ErrnoText.text(errno))"
    case .unsupported(let errno): "the signal cannot be sent: \(ErrnoText.text(errno))"
    }
  }
}
