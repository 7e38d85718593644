/// A security module of the kernel that can refuse a bind(). Where several may have done so, the likelier one comes first.
public enum SecurityModule: String, CaseIterable, Hashable, Sendable, Codable {
  /// Rules by labels of programs and ports.
  case selinux
  /// Rules by labels.
  case smack
  /// Rules by the history of a program.
  case tomoyo
  /// Profiles of programs.
  case apparmor
  /// Rules that a program makes for itself and for what it starts. It guards TCP ports since Linux 6.7.
  case landlock
  /// BPF programs in the place of a module.
  case bpf

  /// The kernel's number. Kernel: `LSM_ID_SELINUX` and others, linux/lsm.h, since 6.8.
  var number: Int {
    switch self {
    case .selinux: 101
    case .smack: 102
    case .tomoyo: 103
    case .apparmor: 104
    case .bpf: 109
    case .landlock: 110
    }
  }
}
