internal import Glibc

/// Users for people.
enum UserName {
  /// The name, or the number of one that has none.
  static func text(_ uid: UInt32) -> String {
    // SAFETY: the entry is copied at once, and no other thread asks.
    guard let entry = unsafe getpwuid(uid), let name = unsafe entry.pointee.pw_name else { return String(uid) }
    // SAFETY: the name is a terminated string.
    return unsafe String(cString: name)
  }
}
