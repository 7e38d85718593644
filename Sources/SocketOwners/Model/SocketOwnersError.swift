internal import Glibc
public import SockDiagWire

/// The error of a search that could not examine any process. If a search misses only some holders, it throws no error
/// but reports ``SearchObstacles``.
public struct SocketOwnersError: DescribedError, Hashable, Sendable, Codable {
  /// The kind of an error. Later versions may add kinds.
  public struct Code: RawRepresentable, Hashable, Sendable, Codable {
    /// The name of the error.
    public let rawValue: String

    /// Creates a code from its name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The directory of proc does not exist.
    public static let missingProc = Code(rawValue: "missing-proc")
    /// The processes of proc could not be listed.
    public static let unreadableProc = Code(rawValue: "unreadable-proc")
  }

  /// The kind of the error.
  public var code: Code
  /// The operation that failed.
  public var operation: String
  /// The errno.
  public var errno: Int32

  /// Creates an error.
  public init(_ code: Code, operation: String, errno: Int32) {
    self.code = code
    self.operation = operation
    self.errno = errno
  }

  /// How to fix the error, if that is known.
  public var suggestion: String? {
    switch code {
    case .missingProc: "mount proc (mount -t proc proc /proc)"
    case .unreadableProc where errno == EMFILE: "raise the limit of open files (ulimit -n)"
    default: nil
    }
  }
}

extension SocketOwnersError {
  /// One sentence: the operation, the system's text for the errno, and the suggestion if there is one.
  public var description: String {
    let text = operation + ": " + ErrnoText.text(errno)
    return suggestion.map { text + "; " + $0 } ?? text
  }
}
