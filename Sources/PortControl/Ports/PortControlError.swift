public import BindDiagnosis
internal import Glibc
public import SockDiag
public import SockDiagWire
public import SocketOwners

/// Why ports could not be waited for, or why no process was ended.
public struct PortControlError: DescribedError, Sendable, Hashable {
  /// The kind of an error. Later versions may add kinds.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The name of the error.
    public let rawValue: String

    /// Creates a code from its name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The sockets could not be read: ``PortControlError/socketsError``.
    public static let sockets = Code(rawValue: "sockets")
    /// The processes could not be searched: ``PortControlError/ownersError``.
    public static let owners = Code(rawValue: "owners")
    /// bind() fails with an error that no waiting changes: ``PortControlError/diagnosis`` or
    /// ``PortControlError/unixDiagnosis``.
    public static let permanentFailure = Code(rawValue: "permanent-failure")
    /// No process may be ended: ``PortControlError/refusal``.
    public static let refused = Code(rawValue: "refused")
    /// The system has no thread or no descriptor left: `EAGAIN`, `EMFILE`.
    public static let system = Code(rawValue: "system")
  }

  /// The kind of the error.
  public var code: Code
  /// The errno; 0 if there was none.
  public var errno: Int32
  /// The error of the sockets, for `Code.sockets`.
  public var socketsError: SockDiagError?
  /// The error of the search, for `Code.owners`.
  public var ownersError: SocketOwnersError?
  /// The diagnosis of the port, for `Code.permanentFailure`.
  public var diagnosis: Diagnosis?
  /// The diagnosis of the UNIX socket, for `Code.permanentFailure`.
  public var unixDiagnosis: UnixDiagnosis?
  /// Why no process is ended, for `Code.refused`.
  public var refusal: EndingRefusal?

  init(_ code: Code, errno: Int32 = 0) { (self.code, self.errno) = (code, errno) }

  init(_ error: SockDiagError) {
    self.init(.sockets, errno: error.errno)
    socketsError = error
  }

  init(_ error: SocketOwnersError) {
    self.init(.owners, errno: error.errno)
    ownersError = error
  }

  init(_ refusal: EndingRefusal) {
    self.init(.refused)
    self.refusal = refusal
  }

  init(permanent errno: BindErrno, _ diagnosis: Diagnosis) {
    self.init(.permanentFailure, errno: errno.rawValue)
    self.diagnosis = diagnosis
  }

  init(permanent errno: BindErrno, _ diagnosis: UnixDiagnosis) {
    self.init(.permanentFailure, errno: errno.rawValue)
    unixDiagnosis = diagnosis
  }
}

extension PortControlError {
  static func reading<Value: ~Copyable>(
    _ body: () throws(SockDiagError) -> Value
  ) throws(PortControlError) -> Value {
    do throws(SockDiagError) { return try body() } catch { throw PortControlError(error) }
  }

  static func searching<Value: ~Copyable>(
    _ body: () throws(SocketOwnersError) -> Value
  ) throws(PortControlError) -> Value {
    do throws(SocketOwnersError) { return try body() } catch { throw PortControlError(error) }
  }
}

extension PortControlError {
  /// How to fix the error, if that is known.
  public var suggestion: String? {
    switch code {
    case .sockets: socketsError?.suggestion
    case .owners: ownersError?.suggestion
    case .permanentFailure: (diagnosis?.remedies.first).map { "\($0)" }
    case .refused where refusal?.takesPrivilege == true: "run as root"
    case .system where errno == EMFILE: "raise the limit of open files (ulimit -n)"
    case .system where errno == EAGAIN: "raise the limit of processes (ulimit -u)"
    default: nil
    }
  }

  /// One sentence without a full stop.
  public var description: String {
    if let socketsError { return "\(socketsError)" }
    if let ownersError { return "the holders of sockets cannot be found: \(ownersError)" }
    if let refusal { return "\(refusal)" }
    let error = BindErrno(rawValue: errno)
    if let diagnosis {
      return "bind() of \(diagnosis.request.local) fails with \(error) (\(error.message)): "
        + "\(diagnosis.cause(of: error)), and waiting does not change that"
    }
    if let unixDiagnosis {
      return "bind() of \(unixDiagnosis.place) fails with \(error): "
        + "\(unixDiagnosis.cause(of: error)), and waiting does not change that"
    }
    return "no thread can be started: \(error.message)" + (suggestion.map { "; \($0)" } ?? "")
  }
}
