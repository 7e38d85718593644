internal import Glibc
public import SockDiagWire

/// Why a fact about a bind could not be read.
///
/// The result of bind() itself is not an error but an answer: see ``BindProbe``.
public struct BindFactError: DescribedError, Hashable, Sendable, Codable {
  /// The kind of an error. Later versions may add kinds.
  public struct Code: RawRepresentable, Hashable, Sendable, Codable {
    /// The name of the error.
    public let rawValue: String

    /// Creates a code from its name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The kernel refused for lack of permission: `EPERM`, `EACCES`.
    public static let permissionDenied = Code(rawValue: "permission-denied")
    /// The process, or the thread with a separate descriptor table, is gone: `ESRCH`, `ENOENT`.
    public static let processGone = Code(rawValue: "process-gone")
    /// The descriptor is closed (`EBADF`), or leads to something other than the expected socket (no errno).
    public static let descriptorChanged = Code(rawValue: "descriptor-changed")
    /// The kernel does not have this call, or not for this kind of object.
    public static let unsupported = Code(rawValue: "unsupported")
    /// The socket could not be made as the user of the request.
    public static let userRefused = Code(rawValue: "user-refused")
    /// bind() failed because this process lacks a capability that the request has.
    public static let capabilityMissing = Code(rawValue: "capability-missing")
    /// A socket option of the request could not be set.
    public static let optionRefused = Code(rawValue: "option-refused")
    /// A security module or a filter does not let this process make the socket: `EACCES`, `EPERM`.
    public static let socketRefused = Code(rawValue: "socket-refused")
    /// There is no interface with the request's index: `ENODEV`.
    public static let unknownInterface = Code(rawValue: "unknown-interface")
    /// Any other errno.
    public static let system = Code(rawValue: "system")
  }

  /// The kind of the error.
  public var code: Code
  /// The operation that failed.
  public var operation: String
  /// The errno; 0 if there was none.
  public var errno: Int32

  /// Creates an error.
  public init(_ code: Code, operation: String, errno: Int32 = 0) {
    self.code = code
    self.operation = operation
    self.errno = errno
  }

  /// How to fix the error, if that is known.
  public var suggestion: String? {
    switch code {
    case .permissionDenied: "run as root or with the capability CAP_SYS_PTRACE"
    case .userRefused: "run as that user, as root or with the capability CAP_SETUID"
    case .capabilityMissing: "run as root or with the capability CAP_NET_BIND_SERVICE"
    case .optionRefused where errno == EPERM: "run as root or with the capability CAP_NET_ADMIN"
    case .system where errno == EMFILE: "raise the limit of open files (ulimit -n)"
    default: nil
    }
  }
}

extension BindFactError {
  /// One sentence: what failed, why, and the suggestion if there is one.
  public var description: String {
    var text = operation + ": "
    if errno != 0 {
      // SAFETY: strerror returns a static or thread-local string for every number, valid until the next call.
      text += unsafe String(cString: strerror(errno))
    } else if code == .descriptorChanged {
      text += "the descriptor is another file now"
    } else {
      text += code.rawValue
    }
    return suggestion.map { text + "; " + $0 } ?? text
  }
}
