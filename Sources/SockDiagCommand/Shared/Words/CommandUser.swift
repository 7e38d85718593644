internal import Glibc

/// Who runs this command.
enum CommandUser {
  static var effective: UInt32 { geteuid() }

  /// What somebody else has to do who may not do something.
  static var cure: String {
    effective == 0 ? "root needs the capabilities CAP_KILL and CAP_SYS_PTRACE" : "run it as root"
  }
}
