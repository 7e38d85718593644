internal import BindDiagnosis
internal import SockDiag

/// A restraint that may refuse a bind(), with the commands that show whether it does.
struct RestraintText {
  /// The name in documents.
  let name: String
  /// What the restraint is.
  let sentence: String
  /// What the commands show.
  private let lead: String
  let commands: [String]

  /// - Parameter pid: The process whose bind() is refused; `nil` for the reader's own shell.
  init(_ restraint: BindRestraint, _ restraints: BindRestraints, pid: Int32?) {
    let process = pid.map { "\($0)" } ?? "self"
    name = restraint.name
    sentence = restraints.explanation(of: restraint)
    switch restraint {
    case .module(.selinux): (lead, commands) = ("Its log:", ["ausearch -m avc -ts recent"])
    case .module(.apparmor): (lead, commands) = ("Its log:", ["journalctl -k --grep apparmor", "aa-status"])
    case .module(.smack): (lead, commands) = ("Its log:", ["journalctl -k --grep smack"])
    case .module(.tomoyo): (lead, commands) = ("Its log:", ["journalctl -k --grep TOMOYO"])
    case .module(.landlock): (lead, commands) = ("Its log (since Linux 6.15):", ["journalctl -k --grep landlock"])
    case .module(.bpf): (lead, commands) = ("This lists such programs (as root):", ["bpftool prog list | grep -w lsm"])
    case .seccomp: (lead, commands) = ("The number 2 here is a filter:", ["grep Seccomp /proc/\(process)/status"])
    case .cgroupProgram:
      lead = "This lists such programs (as root):"
      commands = ["cat /proc/\(process)/cgroup", "bpftool cgroup tree"]
    }
  }

  /// The sentence, and what the commands below it show.
  var introduction: String { "\(sentence) \(lead)" }
}
