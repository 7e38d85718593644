extension BindRestraint: CustomStringConvertible {
  /// The name in a sentence: `SELinux`, `a seccomp filter`.
  public var description: String {
    switch self {
    case .module(let module): "\(module)"
    case .seccomp: "a seccomp filter"
    case .cgroupProgram: "a BPF program of the cgroup"
    }
  }
}

extension SecurityModule: CustomStringConvertible {
  /// The name in a sentence: `SELinux`, `AppArmor`.
  public var description: String {
    switch self {
    case .selinux: "SELinux"
    case .apparmor: "AppArmor"
    case .smack: "Smack"
    case .tomoyo: "TOMOYO"
    case .landlock: "Landlock"
    case .bpf: "a BPF program of the security modules"
    }
  }
}

extension BindRestraints {
  /// A sentence about one restraint: what it is, what it decides by, and how the process is confined.
  public func explanation(of restraint: BindRestraint) -> String {
    let label = confinement.map { " The process runs as '\($0)'." } ?? ""
    return switch restraint {
    case .module(.selinux): "SELinux: rules say which ports a program may bind.\(label)"
    case .module(.apparmor): "AppArmor: the profile of a program says what it may do.\(label)"
    case .module(.smack): "Smack: rules refer to the labels of programs.\(label)"
    case .module(.tomoyo): "TOMOYO: rules depend on the history of a program."
    case .module(.landlock):
      "Landlock: the program, or the one that started it, gave up the right to bind this port. The program's own settings"
        + " decide."
    case .module(.bpf): "A BPF program may act as a security module."
    case .seccomp:
      "A seccomp filter: a container runtime, SystemCallFilter= of systemd, or the program itself installs it."
    case .cgroupProgram: "A BPF program of the cgroup: systemd installs one for SocketBindDeny=."
    }
  }
}
