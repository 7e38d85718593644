/// What security modules, filters and programs of the cgroup say to a bind(), found out without taking the port.
///
/// Landlock, SELinux, AppArmor, BPF programs and seccomp filters are asked before the kernel looks for a conflict, and any
/// of them may refuse the call. The rehearsal makes that very call in a way that cannot succeed, and tells a refusal of
/// theirs from the kernel's own.
///
/// It shows what they say to this process. Another program may be treated differently.
public enum BindRehearsal: Hashable, Sendable {
  /// Nothing refuses the call, up to where the kernel looks for a conflict.
  case passed
  /// The call is refused with `EACCES`, and the port takes a right that the request has not.
  case lacksPrivilege
  /// The call is refused. It is not certain if only a similar call could be made, with another address.
  case refused(BindErrno, isCertain: Bool)
  /// The call could not be rehearsed, and why.
  case impossible(BindFactError)

  /// Whether it is not certain what the call meets.
  var leavesDoubt: Bool {
    switch self {
    case .passed, .lacksPrivilege, .refused(_, isCertain: true): false
    case .refused(_, isCertain: false), .impossible: true
    }
  }

  /// The error with which the call is refused for certain.
  var certainRefusal: BindErrno? {
    if case .refused(let error, isCertain: true) = self { error } else { nil }
  }
}

extension BindPrediction {
  /// Lets bind() fail where it is refused for certain: that comes before everything that the kernel itself looks at.
  mutating func refuse(_ rehearsal: BindRehearsal) {
    guard let error = rehearsal.certainRefusal else { return }
    bind = .fails(error)
    listen = nil
  }
}
