internal import Glibc

/// The mount namespaces of processes.
enum MountNamespace {
  /// Whether a process is in another mount namespace than this one, or has another root; `nil` if that may not be read.
  ///
  /// Kernel: `/proc/PID/ns/mnt`, `/proc/PID/root`, proc(5).
  static func isOther(_ pid: Int32) -> Bool? {
    guard let other = link("/proc/\(pid)/ns/mnt"), let own = link("/proc/self/ns/mnt"),
      let root = link("/proc/\(pid)/root"), let ownRoot = link("/proc/self/root")
    else { return nil }
    return other != own || root != ownRoot
  }

  /// The target of a symbolic link.
  static func link(_ path: String) -> [UInt8]? {
    var target = [CChar](repeating: 0, count: Int(PATH_MAX))
    // SAFETY: the path is copied, and the call writes at most as many bytes as there is room for.
    let count = unsafe readlink(path, &target, target.count)
    return count < 0 ? nil : target.prefix(count).map(UInt8.init(bitPattern:))
  }
}
