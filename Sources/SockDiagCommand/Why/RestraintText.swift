internal import BindDiagnosis
internal import SockDiag

/// Something that may refuse a bind() besides sockets, in words, and how to find out whether it does.
struct RestraintText {
  let sentence: String
  let commands: [String]

  /// - Parameter pid: The process whose bind() is refused; `nil` stands for whoever reads this.
  init(_ restraint: BindRestraint, _ restraints: BindRestraints, pid: Int32?) {
    let process = pid.map { "\($0)" } ?? "self"
    let label = restraints.confinement.map { " It runs as '\($0)'." } ?? ""
    switch restraint {
    case .module(.selinux):
      sentence = "SELinux: its rules say which ports a program may bind.\(label) Its log:"
      commands = ["ausearch -m avc -ts recent"]
    case .module(.apparmor):
      sentence = "AppArmor: the profile of a program says what it may do.\(label) Its log:"
      commands = ["journalctl -k --grep apparmor", "aa-status"]
    case .module(.smack):
      sentence = "Smack: rules by labels.\(label) Its log:"
      commands = ["journalctl -k --grep smack"]
    case .module(.tomoyo):
      sentence = "TOMOYO: rules by the history of a program. Its log:"
      commands = ["journalctl -k --grep TOMOYO"]
    case .module(.landlock):
      sentence =
        "Landlock: the program, or one that started it, gave up the right to bind this port. The program's own settings"
        + " decide. Its log (since Linux 6.15):"
      commands = ["journalctl -k --grep landlock"]
    case .module(.bpf):
      sentence = "A BPF program in the place of a security module. If there is one, this lists it (as root):"
      commands = ["bpftool prog list | grep -w lsm"]
    case .seccomp:
      sentence =
        "A seccomp filter (2 is a filter), which a container's runtime, systemd's SystemCallFilter= or the program itself"
        + " installs:"
      commands = ["grep Seccomp /proc/\(process)/status"]
    case .cgroupProgram:
      sentence =
        "A BPF program of the cgroup, such as systemd installs for SocketBindDeny=. This lists them (as root):"
      commands = ["cat /proc/\(process)/cgroup", "bpftool cgroup tree"]
    }
  }

  /// What may have refused a bind(), for programs.
  static func document(
    _ restraints: BindRestraints, _ error: BindErrno, _ protocol: TransportProtocol, pid: Int32? = nil
  ) -> JSONDocument {
    .array(
      restraints.candidates(for: error, `protocol`).map { candidate in
        let text = RestraintText(candidate, restraints, pid: pid)
        return .object([
          "kind": .text(candidate.name), "text": .text(text.sentence), "commands": .texts(text.commands),
        ])
      })
  }

  /// The names of restraints as a sentence has them: `Landlock or a seccomp filter`.
  static func names(_ restraints: [BindRestraint]) -> String {
    let names = restraints.map(name)
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return names.dropLast().joined(separator: ", ") + " or " + last
  }

  private static func name(_ restraint: BindRestraint) -> String {
    switch restraint {
    case .module(.selinux): "SELinux"
    case .module(.apparmor): "AppArmor"
    case .module(.smack): "Smack"
    case .module(.tomoyo): "TOMOYO"
    case .module(.landlock): "Landlock"
    case .module(.bpf): "a BPF program of the security modules"
    case .seccomp: "a seccomp filter"
    case .cgroupProgram: "a BPF program of the cgroup"
    }
  }
}
