public import SockDiag

/// Something other than sockets, the address and the capability that may refuse a bind().
#if hasAttribute(nonexhaustive)
  @nonexhaustive
#endif
public enum BindRestraint: Hashable, Sendable {
  /// A security module.
  case module(SecurityModule)
  /// A seccomp filter of the process.
  case seccomp
  /// A BPF program of the cgroup.
  case cgroupProgram

  /// The name in documents.
  public var name: String {
    switch self {
    case .module(.bpf): "bpf-lsm"
    case .module(let module): module.rawValue
    case .seccomp: "seccomp"
    case .cgroupProgram: "cgroup-bpf"
    }
  }
}

extension BindRestraints {
  /// The restraints that may have refused a bind() with an error, the most likely first.
  ///
  /// Each has its own errors: security modules use `EACCES`, and TOMOYO `EPERM`; cgroup BPF programs use `EPERM` unless
  /// they set another errno (since Linux 6.0); a seccomp filter may use any.
  ///
  /// - Parameters:
  ///   - error: The answer of bind().
  ///   - protocol: The protocol of the socket.
  public func candidates(for error: BindErrno, _ protocol: TransportProtocol) -> [BindRestraint] {
    var found: [BindRestraint] = []
    if hasSeccompFilter == true { found.append(.seccomp) }
    if let programs = cgroupPrograms, programs.beforeBind + programs.afterBind > 0 { found.append(.cgroupProgram) }
    found += SecurityModule.allCases.filter { mayAnswer($0, error, `protocol`) }.map { .module($0) }
    if cgroupPrograms == nil, error == .notPermitted { found.append(.cgroupProgram) }
    // A BPF program that certainly refuses a call is more likely than one that may exist.
    if error == .notPermitted, let index = found.firstIndex(of: .cgroupProgram) {
      found.insert(found.remove(at: index), at: 0)
    }
    if hasSeccompFilter == nil { found.append(.seccomp) }
    return found
  }

  private func mayAnswer(_ module: SecurityModule, _ error: BindErrno, _ protocol: TransportProtocol) -> Bool {
    guard modules.contains(module) else { return false }
    switch module {
    case .selinux: return error == .accessDenied && isSELinuxEnforcing != false
    case .apparmor: return error == .accessDenied && isConfinedByProfile
    case .smack: return error == .accessDenied
    case .landlock: return error == .accessDenied && `protocol` == .tcp
    case .tomoyo: return error == .notPermitted
    case .bpf: return error == .accessDenied || error == .notPermitted
    }
  }

  /// Whether AppArmor enforces a profile for the process, as far as is known.
  private var isConfinedByProfile: Bool {
    guard let confinement else { return true }
    return confinement != "unconfined" && !confinement.hasSuffix("(complain)") && !confinement.hasSuffix("(unconfined)")
  }

  /// The active restraints of this host that may refuse another program what they allow this process.
  ///
  /// Landlock is excluded: it is active on most hosts, and restricts only programs that request it.
  public var selective: [BindRestraint] {
    var found: [BindRestraint] = []
    for module in SecurityModule.allCases where modules.contains(module) {
      switch module {
      case .selinux where isSELinuxEnforcing != false: found.append(.module(module))
      case .apparmor, .smack, .tomoyo: found.append(.module(module))
      case .selinux, .bpf, .landlock: break
      }
    }
    if let programs = cgroupPrograms, programs.beforeBind + programs.afterBind > 0 { found.append(.cgroupProgram) }
    return found
  }

  /// Whether a cgroup program runs after the bind, which no rehearsal shows.
  var areAskedAfterBind: Bool { cgroupPrograms.map { $0.afterBind > 0 } ?? false }
}
