/// The restraints that may refuse a bind(): security modules, seccomp filters and cgroup BPF programs, as far as they
/// can be seen.
///
/// None of them publishes the ports that it refuses. ``BindRehearsal`` finds the answers of those that are asked before
/// the bind.
public struct BindRestraints: Hashable, Sendable {
  /// The active security modules that can refuse a bind(). Kernel: `lsm_list_modules(2)` since 6.8, before
  /// `/sys/kernel/security/lsm`.
  public var modules: Set<SecurityModule>
  /// Whether SELinux enforces its rules and not only reports violations; `nil` if that is not known. Kernel:
  /// `/sys/fs/selinux/enforce`.
  public var isSELinuxEnforcing: Bool?
  /// The confinement of the process: its SELinux or Smack label, its AppArmor profile; `nil` if it is not known.
  /// Kernel: `/proc/PID/attr/current`.
  public var confinement: String?
  /// Whether the process has a seccomp filter; `nil` if that is not known. Kernel: `Seccomp`, `/proc/PID/status`.
  public var hasSeccompFilter: Bool?
  /// The BPF programs for sockets of the process's cgroup; `nil` if they cannot be listed, which needs CAP_NET_ADMIN.
  /// Kernel: `BPF_PROG_QUERY`, linux/bpf.h.
  public var cgroupPrograms: CgroupPrograms?

  /// The number of BPF programs, including those of parent cgroups.
  public struct CgroupPrograms: Hashable, Sendable {
    /// Programs that run before the kernel checks for a conflict. Kernel: `BPF_CGROUP_INET4_BIND`,
    /// `BPF_CGROUP_INET6_BIND`.
    public var beforeBind: Int
    /// Programs that run after the bind. Kernel: `BPF_CGROUP_INET4_POST_BIND`, `BPF_CGROUP_INET6_POST_BIND`.
    public var afterBind: Int

    /// Creates counts.
    public init(beforeBind: Int = 0, afterBind: Int = 0) {
      self.beforeBind = beforeBind
      self.afterBind = afterBind
    }
  }

  /// Creates restraints; by default none.
  public init(
    modules: Set<SecurityModule> = [], isSELinuxEnforcing: Bool? = nil, confinement: String? = nil,
    hasSeccompFilter: Bool? = false, cgroupPrograms: CgroupPrograms? = CgroupPrograms()
  ) {
    self.modules = modules
    self.isSELinuxEnforcing = isSELinuxEnforcing
    self.confinement = confinement
    self.hasSeccompFilter = hasSeccompFilter
    self.cgroupPrograms = cgroupPrograms
  }
}
