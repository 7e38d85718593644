internal import CBindDiagnosis

extension SecurityModule {
  /// The active security modules of this host that can refuse a bind(), as far as the kernel reports them.
  static var inForce: Set<SecurityModule> {
    var modules = listed
    // By its version: before version 4 it does not check ports.
    if cbinddiagnosis_landlock_version() >= 4 { modules.insert(.landlock) } else { modules.remove(.landlock) }
    return modules
  }

  private static var listed: Set<SecurityModule> {
    let bits = cbinddiagnosis_security_modules()
    if bits >= 0 { return Set(allCases.filter { bits >> ($0.number - 100) & 1 != 0 }) }
    if let names = FactFile.text("/sys/kernel/security/lsm") {
      return Set(names.split(separator: ",").compactMap { SecurityModule(rawValue: String($0.trimmed)) })
    }
    // Without a list, the two common modules are detected by their files.
    var modules: Set<SecurityModule> = []
    if FactFile.text("/sys/fs/selinux/enforce") != nil { modules.insert(.selinux) }
    if FactFile.text("/sys/module/apparmor/parameters/enabled")?.trimmed == "Y" { modules.insert(.apparmor) }
    return modules
  }
}
