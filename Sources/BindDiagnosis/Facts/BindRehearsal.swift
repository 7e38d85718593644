/// The answers of security modules, filters and cgroup programs to a bind(), without taking the port.
///
/// Landlock, SELinux, AppArmor, BPF programs and seccomp filters are asked before the kernel checks for a conflict, and
/// each may refuse the call. The rehearsal makes the same call in a way that cannot succeed, and distinguishes their
/// refusal from the kernel's.
///
/// It shows the answers for this process. Another program may be treated differently.
#if hasAttribute(nonexhaustive)
  @nonexhaustive
#endif
public enum BindRehearsal: Hashable, Sendable {
  /// Nothing refuses the call before the kernel checks for a conflict.
  case passed
  /// The call is refused with `EACCES`, and the port needs a privilege that the request does not have.
  case lacksPrivilege
  /// The call is refused. This is not certain if only a similar call could be made, with another address.
  case refused(BindErrno, isCertain: Bool)
  /// The call could not be rehearsed; the reason.
  case impossible(BindFactError)

  /// Whether the result is uncertain.
  var leavesDoubt: Bool {
    switch self {
    case .passed, .lacksPrivilege, .refused(_, isCertain: true): false
    case .refused(_, isCertain: false), .impossible: true
    }
  }

  /// The error of a certain refusal.
  var certainRefusal: BindErrno? {
    if case .refused(let error, isCertain: true) = self { error } else { nil }
  }
}

extension BindPrediction {
  /// Makes bind() fail if the refusal is certain, because it comes before all checks of the kernel itself.
  mutating func refuse(_ rehearsal: BindRehearsal) {
    guard let error = rehearsal.certainRefusal else { return }
    bind = .fails(error)
    listen = nil
  }
}
