internal import Glibc

/// The system's text for an errno.
enum ErrnoText {
  static func text(_ errno: Int32) -> String {
    // SAFETY: strerror returns a static or thread-local string for every number, valid until the next call.
    unsafe String(cString: strerror(errno))
  }
}
