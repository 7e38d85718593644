internal import Glibc

/// Why the laboratory could not do what was asked.
public struct LaboratoryError: Error, Sendable, CustomStringConvertible {
  /// The kind of failure; new kinds may come.
  public struct Code: Sendable, Hashable {
    let name: String

    /// A system call failed; `errno` says how.
    public static let system = Code(name: "system call failed")
    /// What was waited for did not come before the deadline.
    public static let timeout = Code(name: "timed out")
    /// This kernel or this user cannot bring the situation about: a reason to skip, not a defect.
    public static let unsupported = Code(name: "not supported here")
    /// The laboratory was asked for something that makes no sense.
    public static let misuse = Code(name: "misuse")
  }

  /// The kind of failure.
  public var code: Code
  /// What was being done, with its subject.
  public var operation: String
  /// The error number of the failed call; 0 where no call failed.
  public var errno: Int32

  init(_ code: Code, _ operation: String, errno: Int32 = 0) {
    self.code = code
    self.operation = operation
    self.errno = errno
  }

  /// One sentence: the kind, the operation and the system's own words.
  public var description: String {
    guard errno != 0 else { return "\(code.name): \(operation)" }
    // SAFETY: strerror answers a NUL-terminated string, which String copies at once.
    let text = unsafe String(cString: strerror(errno))
    return "\(code.name): \(operation): \(text)"
  }
}

/// Passes a result of the C layer on, or throws the negative errno it carries.
@discardableResult
func check(_ result: Int32, _ operation: @autoclosure () -> String) throws -> Int32 {
  guard result < 0 else { return result }
  let unsupported: Set<Int32> = [
    EPROTONOSUPPORT, ENOPROTOOPT, EOPNOTSUPP, EAFNOSUPPORT, ENOSYS, EPERM, ENODEV,
  ]
  throw LaboratoryError(unsupported.contains(-result) ? .unsupported : .system, operation(), errno: -result)
}
