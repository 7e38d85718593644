/// A security module of the kernel that can refuse a bind(). If several may have refused, the more likely one comes
/// first.
#if hasAttribute(nonexhaustive)
  @nonexhaustive
#endif
public enum SecurityModule: String, CaseIterable, Hashable, Sendable, Codable {
  /// Rules by labels of programs and ports.
  case selinux
  /// Rules by labels.
  case smack
  /// Rules by the history of a program.
  case tomoyo
  /// Profiles of programs.
  case apparmor
  /// Rules that a program sets for itself and its children. It guards TCP ports since Linux 6.7.
  case landlock
  /// BPF programs that act as a security module.
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
