/// What may refuse a bind() besides sockets, the address and the capability: security modules, seccomp filters and BPF
/// programs of the cgroup, as far as they can be seen.
///
/// None of them says which ports it refuses. ``BindRehearsal`` finds out what those say that are asked early.
public struct BindRestraints: Hashable, Sendable {
  /// The security modules that are in force and can refuse a bind(). Kernel: `lsm_list_modules(2)` since 6.8, before
  /// `/sys/kernel/security/lsm`.
  public var modules: Set<SecurityModule>
  /// Whether SELinux refuses what its rules forbid, rather than only report it; `nil` if that is not known. Kernel:
  /// `/sys/fs/selinux/enforce`.
  public var isSELinuxEnforcing: Bool?
  /// How the process is confined: its label of SELinux or Smack, its profile of AppArmor; `nil` if it is not known. Kernel:
  /// `/proc/PID/attr/current`.
  public var confinement: String?
  /// Whether the process has a seccomp filter; `nil` if that is not known. Kernel: `Seccomp`, `/proc/PID/status`.
  public var hasSeccompFilter: Bool?
  /// The BPF programs that are asked about sockets of the process's cgroup; `nil` if they cannot be listed, which takes
  /// CAP_NET_ADMIN. Kernel: `BPF_PROG_QUERY`, linux/bpf.h.
  public var cgroupPrograms: CgroupPrograms?

  /// How many BPF programs are asked, those of the cgroups above included.
  public struct CgroupPrograms: Hashable, Sendable {
    /// Before the kernel looks for a conflict. Kernel: `BPF_CGROUP_INET4_BIND`, `BPF_CGROUP_INET6_BIND`.
    public var beforeBind: Int
    /// After the bind. Kernel: `BPF_CGROUP_INET4_POST_BIND`, `BPF_CGROUP_INET6_POST_BIND`.
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
