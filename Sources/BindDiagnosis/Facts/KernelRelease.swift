internal import Glibc

/// The release of the running kernel. Only for what a kernel leaves out in silence; whatever it refuses or tells is found
/// out by asking.
struct KernelRelease {
  var major: Int
  var minor: Int

  /// The running kernel; 0.0 if its name tells nothing.
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
