internal import Glibc

/// The user who runs this command.
enum CommandUser {
  static var effective: UInt32 { geteuid() }

  /// The remedy if this user may not do something.
  static var suggestion: String {
    effective == 0 ? "root needs the capabilities CAP_KILL and CAP_SYS_PTRACE" : "run it as root"
  }
}
