internal import Glibc

/// An error of the laboratory: what failed, in which operation, and the errno.
public struct LaboratoryError: Error, Sendable, CustomStringConvertible {
  /// The kind of failure. Later versions may add kinds.
  public struct Code: Sendable, Hashable {
    let name: String

    /// A system call failed with `errno`.
    public static let system = Code(name: "system call failed")
    /// The kernel did not reach the expected state before the deadline.
    public static let timeout = Code(name: "timed out")
    /// This kernel or this user cannot make the situation. A test is skipped for this reason.
    public static let unsupported = Code(name: "not supported here")
    /// The caller used the laboratory in a wrong way.
    public static let misuse = Code(name: "misuse")
  }

  /// The kind of failure.
  public var code: Code
  /// The operation that failed.
  public var operation: String
  /// The errno of the failed call; 0 if no call failed.
  public var errno: Int32

  package init(_ code: Code, _ operation: String, errno: Int32 = 0) {
    self.code = code
    self.operation = operation
    self.errno = errno
  }

  /// One sentence: the kind, the operation and the system's text for the errno.
  public var description: String {
    guard errno != 0 else { return "\(code.name): \(operation)" }
    // SAFETY: strerror returns a NUL-terminated string, which String copies at once.
    let text = unsafe String(cString: strerror(errno))
    return "\(code.name): \(operation): \(text)"
  }
}

/// Returns the result of a C function, or throws the error that a negative result stands for.
@discardableResult
package func check(_ result: Int32, _ operation: @autoclosure () -> String) throws -> Int32 {
  guard result < 0 else { return result }
  let unsupported: Set<Int32> = [
    EPROTONOSUPPORT, ENOPROTOOPT, EOPNOTSUPP, EAFNOSUPPORT, ENOSYS, EPERM, ENODEV,
  ]
  throw LaboratoryError(unsupported.contains(-result) ? .unsupported : .system, operation(), errno: -result)
}
