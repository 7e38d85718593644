internal import Glibc

/// The release of the running kernel. It is used only for facts that an old kernel omits silently; everything else is
/// found out by trying.
struct KernelRelease {
  var major: Int
  var minor: Int

  /// The running kernel; 0.0 if its release text cannot be parsed.
  static let current: KernelRelease = {
    var names = utsname()
    // SAFETY: uname fills the structure, each member a terminated string.
    guard unsafe uname(&names) == 0 else { return KernelRelease(major: 0, minor: 0) }
    let release = unsafe withUnsafeBytes(of: &names.release) {
      unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    let numbers = release.split(whereSeparator: { !$0.isNumber }).prefix(2).map { Int($0) ?? 0 }
    return KernelRelease(major: numbers.first ?? 0, minor: numbers.dropFirst().first ?? 0)
  }()

  func isAtLeast(_ major: Int, _ minor: Int) -> Bool { (self.major, self.minor) >= (major, minor) }
}
