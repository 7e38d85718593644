internal import CBindDiagnosis

/// What a program gets from its file on top of what its user may.
///
/// The kernel gives none of it to a program that is traced by who has no CAP_SYS_PTRACE.
///
/// Kernel: `cap_bprm_creds_from_file`, security/commoncap.c; `ptracer_capable`, kernel/ptrace.c.
package struct FileRights: Hashable, Sendable {
  /// The permitted capabilities, a bit for each. Kernel: `struct vfs_cap_data`, linux/capability.h.
  package var permittedCapabilities: UInt64
  /// The user whom the program runs as; `nil` if as whoever starts it. Kernel: `S_ISUID`, linux/stat.h.
  package var setUser: UInt32?

  /// Reads them of the program that a process runs; `nil` if its file may not be seen.
  ///
  /// - Parameter pid: The process, by the numbers of this process's own pid namespace.
  package init?(ofProgramOf pid: Int32) {
    // SAFETY: the call reads the NUL-terminated path and keeps nothing.
    let rights = unsafe cbinddiagnosis_file_rights("/proc/\(pid)/exe")
    guard rights.error == 0 else { return nil }
    permittedCapabilities = rights.permitted
    setUser = UInt32(exactly: rights.set_user)
  }

  /// Whether its program may bind ports below `net.ipv4.ip_unprivileged_port_start`.
  package var giveNetBindService: Bool { permittedCapabilities & 1 << 10 != 0 || setUser == 0 }
}
