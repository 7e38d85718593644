internal import Glibc

/// Users in sentences.
package enum UserName {
  /// The name of a user, or the number if the user has no name.
  package static func text(_ uid: UInt32) -> String {
    // SAFETY: a structure of numbers and null pointers.
    var entry = unsafe passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 16384)
    // SAFETY: the call fills the entry and the buffer, whose length it is given. Unlike getpwuid it shares no memory.
    let error = unsafe getpwuid_r(uid, &entry, &buffer, buffer.count, &found)
    // SAFETY: where an entry was found, its name is a terminated string in the buffer, which is still in scope.
    guard error == 0, unsafe found != nil, let name = unsafe entry.pw_name else { return String(uid) }
    // SAFETY: as above.
    return unsafe String(cString: name)
  }
}
