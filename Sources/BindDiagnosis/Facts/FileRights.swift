internal import CBindDiagnosis

/// Privileges that a program gets from its file in addition to those of its user.
///
/// The kernel does not grant them to a program whose tracer lacks CAP_SYS_PTRACE.
///
/// Kernel: `cap_bprm_creds_from_file`, security/commoncap.c; `ptracer_capable`, kernel/ptrace.c.
package struct FileRights: Hashable, Sendable {
  /// The permitted capabilities, a bit for each. Kernel: `struct vfs_cap_data`, linux/capability.h.
  package var permittedCapabilities: UInt64
  /// The user that the program runs as; `nil` for the user who starts it. Kernel: `S_ISUID`, linux/stat.h.
  package var setUser: UInt32?

  /// Reads the privileges of the program that a process runs; `nil` if its file may not be seen.
  ///
  /// - Parameter pid: The process, as numbered in this process's pid namespace.
  package init?(ofProgramOf pid: Int32) {
    // SAFETY: the call reads the NUL-terminated path and keeps nothing.
    let rights = unsafe cbinddiagnosis_file_rights("/proc/\(pid)/exe")
    guard rights.error == 0 else { return nil }
    permittedCapabilities = rights.permitted
    setUser = UInt32(exactly: rights.set_user)
  }

  /// Whether the program may bind ports below `net.ipv4.ip_unprivileged_port_start`.
  package var giveNetBindService: Bool { permittedCapabilities & 1 << 10 != 0 || setUser == 0 }
}
