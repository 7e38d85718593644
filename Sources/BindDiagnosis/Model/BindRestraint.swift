public import SockDiag

/// One of the things that may refuse a bind() besides sockets, the address and the capability.
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
  /// What may have refused a bind() with an error, the likeliest first.
  ///
  /// Each has errors of its own: security modules say `EACCES`, and TOMOYO `EPERM`; BPF programs of the cgroup say `EPERM`
  /// unless they set another errno (since Linux 6.0); a seccomp filter may say anything.
  ///
  /// - Parameters:
  ///   - error: What bind() answered.
  ///   - protocol: The protocol of the socket.
  public func candidates(for error: BindErrno, _ protocol: TransportProtocol) -> [BindRestraint] {
    var found: [BindRestraint] = []
    if hasSeccompFilter == true { found.append(.seccomp) }
    if let programs = cgroupPrograms, programs.beforeBind + programs.afterBind > 0 { found.append(.cgroupProgram) }
    found += SecurityModule.allCases.filter { mayAnswer($0, error, `protocol`) }.map { .module($0) }
    if cgroupPrograms == nil, error == .notPermitted { found.append(.cgroupProgram) }
    // A BPF program that refuses a call for certain is likelier than one that may be there.
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

  /// Whether AppArmor has a profile for the process that it enforces, as far as is known.
  private var isConfinedByProfile: Bool {
    guard let confinement else { return true }
    return confinement != "unconfined" && !confinement.hasSuffix("(complain)") && !confinement.hasSuffix("(unconfined)")
  }

  /// What is in force on this host and may refuse to another program what it allows this process.
  ///
  /// Landlock is left out: it is in force on most hosts, and binds only programs that ask for it.
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

  /// Whether a program of the cgroup is asked after the bind, which no rehearsal shows.
  var areAskedAfterBind: Bool { cgroupPrograms.map { $0.afterBind > 0 } ?? false }
}
