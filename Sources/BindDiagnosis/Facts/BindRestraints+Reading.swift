internal import CBindDiagnosis
public import SockDiag

extension BindRestraints {
  /// Reads the restraints that may refuse a bind() of a process.
  ///
  /// - Parameters:
  ///   - pid: The process, as numbered in this process's proc; `nil` for the calling thread.
  ///   - family: The family of the socket: cgroup programs are attached per family.
  public init(ofProcess pid: Int32? = nil, family: AddressFamily) {
    let directory = pid.map { "/proc/\($0)" } ?? "/proc/thread-self"
    let modules = SecurityModule.inForce
    self.init(
      modules: modules, confinement: Self.confinement(directory, modules),
      hasSeccompFilter: Self.hasSeccompFilter(directory),
      cgroupPrograms: CgroupDirectory.path(ofProcessAt: directory).flatMap { CgroupPrograms($0, family) })
    if modules.contains(.selinux) {
      isSELinuxEnforcing = FactFile.text("/sys/fs/selinux/enforce").map { $0.trimmed == "1" }
    }
  }

  /// Whether the calling thread has a seccomp filter.
  static var callingThreadHasSeccompFilter: Bool { hasSeccompFilter("/proc/thread-self") == true }

  private static func hasSeccompFilter(_ directory: String) -> Bool? {
    // SECCOMP_MODE_FILTER, linux/seccomp.h.
    FactFile.value(of: "Seccomp:", in: directory + "/status").map { $0 == "2" }
  }

  /// AppArmor has its own file since Linux 5.8. Before, and for the other modules, a shared file is used.
  private static func confinement(_ directory: String, _ modules: Set<SecurityModule>) -> String? {
    guard !modules.isDisjoint(with: [.selinux, .apparmor, .smack]) else { return nil }
    let own = modules.contains(.apparmor) ? FactFile.text(directory + "/attr/apparmor/current") : nil
    return (own ?? FactFile.text(directory + "/attr/current")).map { String($0.trimmed) }
  }
}

extension BindRestraints.CgroupPrograms {
  /// Counts the programs of a cgroup; `nil` if this user may not list them.
  fileprivate init?(_ directory: String, _ family: AddressFamily) {
    // SAFETY: the call reads the NUL-terminated path and keeps nothing.
    let programs = unsafe cbinddiagnosis_programs(directory, family == .inet6)
    guard programs.error == 0 else { return nil }
    self.init(beforeBind: Int(programs.before), afterBind: Int(programs.after))
  }
}
