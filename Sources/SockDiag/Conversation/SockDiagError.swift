internal import Glibc

/// Why the kernel, or this library, could not answer.
///
/// A missing handler, a missing permission and an empty answer are three different things. The last is not an error but
/// an empty result.
public struct SockDiagError: DescribedError, Hashable, Sendable, Codable {
  /// The kind of an error. Later versions may add kinds.
  public struct Code: RawRepresentable, Hashable, Sendable, Codable {
    /// The name of the error.
    public let rawValue: String

    /// Creates a code from its name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The kernel knows sock_diag, but has no handler for the protocol: `ENOENT` inside the done message.
    public static let missingProtocolHandler = Code(rawValue: "missing-protocol-handler")
    /// The kernel has no handler for the address family: `ENOENT` as an error message.
    public static let missingFamily = Code(rawValue: "missing-family")
    /// The kernel has no sock_diag at all: `EPROTONOSUPPORT` when the socket is opened.
    public static let missingSockDiag = Code(rawValue: "missing-sock-diag")
    /// A sandbox forbids netlink sockets: `EAFNOSUPPORT`, `EACCES`, `EPERM` or `ENOSYS` when the socket is opened.
    public static let netlinkForbidden = Code(rawValue: "netlink-forbidden")
    /// Some sockets may be missing from an answer that has to be complete.
    public static let incomplete = Code(rawValue: "incomplete")
    /// The kernel refused because a capability is missing: `EPERM`, `EACCES`.
    public static let permissionDenied = Code(rawValue: "permission-denied")
    /// A network namespace may not be entered, or not even be seen: `EPERM`, `EACCES`.
    public static let namespaceForbidden = Code(rawValue: "namespace-forbidden")
    /// A network namespace has ended, or the ways to it that were known have: `ENOENT`.
    public static let namespaceGone = Code(rawValue: "namespace-gone")
    /// The socket to destroy is gone, even if its addresses are in use again: `ENOENT`.
    public static let gone = Code(rawValue: "gone")
    /// The socket is only bound, and the kernel finds no such socket by its addresses: `ENOENT`, although it is there.
    public static let onlyBound = Code(rawValue: "only-bound")
    /// Another socket shares its addresses, and the kernel finds that one: `ENOENT`, although this one is there.
    public static let shadowed = Code(rawValue: "shadowed")
    /// The kernel cannot destroy this kind of socket: `EOPNOTSUPP`; `EINVAL` for the listener of an MPTCP socket, and
    /// for any socket before Linux 4.5.
    public static let destroyUnsupported = Code(rawValue: "destroy-unsupported")
    /// The kernel cannot destroy records of closed connections: `EOPNOTSUPP` before Linux 6.0.
    public static let undestroyableRecord = Code(rawValue: "undestroyable-record")
    /// The kernel destroys no sockets of this protocol: `EOPNOTSUPP` for anything but TCP, UDP and raw sockets.
    public static let undestroyableProtocol = Code(rawValue: "undestroyable-protocol")
    /// The values that BPF programs stored with sockets are reported only to readers with CAP_BPF: `EPERM`.
    public static let storagesForbidden = Code(rawValue: "storages-forbidden")
    /// The record lacks the cookie, which distinguishes its socket from others at the same addresses.
    public static let missingCookie = Code(rawValue: "missing-cookie")
    /// The kernel did not understand the request: `EINVAL`, `EOPNOTSUPP`.
    public static let invalidRequest = Code(rawValue: "invalid-request")
    /// The kernel sent no reply to the request.
    public static let noReply = Code(rawValue: "no-reply")
    /// The kernel sent an invalid reply.
    public static let malformedReply = Code(rawValue: "malformed-reply")
    /// A file of `/proc/net` could not be read or understood.
    public static let procNet = Code(rawValue: "proc-net")
    /// The walk is over, because its inspector was used for another request.
    public static let otherRequest = Code(rawValue: "other-request")
    /// The task was cancelled while the kernel's answer was being read.
    public static let cancelled = Code(rawValue: "cancelled")
    /// Any other errno.
    public static let system = Code(rawValue: "system")
  }

  /// The kind of the error.
  public var code: Code
  /// The operation that failed.
  public var operation: String
  /// The errno; 0 if there was none.
  public var errno: Int32
  /// The kernel's message text, if it sent one.
  public var kernelMessage: String?
  /// The position of the invalid bytes, for `Code.malformedReply`.
  public var wireError: WireError?
  /// The handler that the kernel lacks, for `Code.missingProtocolHandler` and `Code.missingFamily`, if it is known.
  public var handler: SocketHandler?

  /// Creates an error.
  public init(
    _ code: Code, operation: String, errno: Int32 = 0, kernelMessage: String? = nil, wireError: WireError? = nil
  ) {
    self.code = code
    self.operation = operation
    self.errno = errno
    self.kernelMessage = kernelMessage
    self.wireError = wireError
  }

  /// Creates an error from an errno whose meaning does not depend on the operation.
  init(errno: Int32, operation: String, kernelMessage: String? = nil) {
    let code: Code =
      switch errno {
      case EPERM, EACCES: .permissionDenied
      case EINVAL, EOPNOTSUPP: .invalidRequest
      case EPROTONOSUPPORT: .missingSockDiag
      case EAFNOSUPPORT: .netlinkForbidden
      default: .system
      }
    self.init(code, operation: operation, errno: errno, kernelMessage: kernelMessage)
  }

  /// Creates an error from a fault in a request of this library.
  init(_ fault: NetlinkRequestFault, operation: String) {
    switch fault.code {
    case .attributeTooLong: self.init(.system, operation: operation, errno: EMSGSIZE)
    case .destroyWithoutCookie: self.init(.missingCookie, operation: operation)
    default: self.init(.invalidRequest, operation: "\(operation): \(fault)", errno: EINVAL)
    }
  }

  /// The same for opening a socket. This needs no capability, so a refusal comes from a sandbox: systemd's
  /// RestrictAddressFamilies, a seccomp filter, SELinux.
  static func onOpening(errno: Int32, operation: String) -> SockDiagError {
    [EACCES, EPERM, ENOSYS].contains(errno)
      ? SockDiagError(.netlinkForbidden, operation: operation, errno: errno)
      : SockDiagError(errno: errno, operation: operation)
  }

  /// Whether sock_diag cannot answer, for a reason that does not apply to `/proc/net`.
  package var leavesProcNet: Bool {
    [.missingProtocolHandler, .missingFamily, .missingSockDiag, .netlinkForbidden, .namespaceForbidden].contains(code)
  }

  /// The same error with the name of the handler, if the lack of one or of sock_diag is the error.
  package func naming(_ handler: SocketHandler?) -> SockDiagError {
    guard leavesProcNet else { return self }
    var error = self
    error.handler = handler
    return error
  }

  /// The same for entering another network namespace, which needs other capabilities.
  static func onWay(toNamespace errno: Int32, operation: String) -> SockDiagError {
    errno == EPERM || errno == EACCES
      ? SockDiagError(.namespaceForbidden, operation: operation, errno: errno)
      : SockDiagError(errno: errno, operation: operation)
  }

  /// How to fix the error, if that is known.
  public var suggestion: String? {
    switch code {
    case .missingProtocolHandler where handler != nil, .missingFamily where handler != nil:
      handler.map { handler in
        "load the kernel module \(handler.moduleNames)" + (handler.removedIn.map { " (before Linux \($0))" } ?? "")
          + (isWithoutTable ? " or use a kernel with \(handler.option)" : " or read /proc/net instead")
      }
    case .missingProtocolHandler:
      "load the kernel module for it (udp_diag, tcp_diag, sctp_diag …) or read /proc/net instead"
    case .missingFamily: "load the kernel module inet_diag or read /proc/net instead"
    case .missingSockDiag:
      "use a kernel built with CONFIG_INET_DIAG" + (isWithoutTable ? "" : ", or read /proc/net instead")
    case .netlinkForbidden: "allow AF_NETLINK in the sandbox (systemd: RestrictAddressFamilies)"
    case .permissionDenied: "run as root or with the capability CAP_NET_ADMIN"
    // The second capability is needed to see the namespace of another user's process: PTRACE_MODE_READ_FSCREDS,
    // fs/proc/namespaces.c.
    case .namespaceForbidden: "run as root or with the capabilities CAP_SYS_ADMIN and CAP_SYS_PTRACE"
    case .onlyBound, .shadowed: "close its descriptor, or end the process that holds it"
    case .destroyUnsupported:
      "end the process that holds it, or use a kernel (4.5 or later) built with CONFIG_INET_DIAG_DESTROY"
    case .undestroyableRecord:
      "wait until its timer ends, or use a kernel (6.0 or later) built with CONFIG_INET_DIAG_DESTROY"
    case .undestroyableProtocol: "end the process that holds it"
    case .storagesForbidden: "run as root or with the capability CAP_BPF"
    case .otherRequest: "finish one walk before the next, or use another inspector"
    case .missingCookie: "read the socket through sock_diag, not from /proc/net"
    case .system where errno == EMFILE: "raise the limit of open files (ulimit -n)"
    default: nil
    }
  }
}

extension SockDiagError {
  /// One sentence: what failed, why, and the suggestion if there is one.
  public var description: String { code == .incomplete ? reason : "\(operation): \(reason)" }

  /// The sentence without the operation: why it failed, and the suggestion where one is known.
  package var reason: String {
    if code == .incomplete { return operation }
    var text =
      switch code {
      case .missingProtocolHandler, .missingFamily: lackOfHandler
      case .missingSockDiag: "the kernel has no sock_diag\(lackOfTable)"
      case .netlinkForbidden: "netlink sockets are forbidden here\(lackOfTable)"
      case .namespaceForbidden: "this user may not enter the network namespace"
      case .namespaceGone: "the network namespace has ended, or no known path or process leads to it any more"
      case .noReply: "the kernel sent no answer"
      case .gone: "no longer there"
      case .onlyBound: "only bound, and the kernel finds none such by its addresses"
      case .shadowed: "the kernel finds another socket that shares its addresses"
      case .destroyUnsupported: "the kernel cannot do it"
      case .undestroyableRecord: "the kernel cannot do it with the record of a closed connection"
      case .undestroyableProtocol: "the kernel destroys only TCP, UDP and raw sockets"
      case .storagesForbidden: "the kernel does not show values of BPF programs"
      case .missingCookie: "the record has no cookie"
      case .otherRequest: "the inspector was used for another request"
      case .malformedReply: wireError.map { "malformed reply, \($0)" } ?? "malformed reply"
      case .procNet: wireError.map(\.description) ?? Self.message(errno)
      default: errno == 0 ? code.rawValue : Self.message(errno)
      }
    if let kernelMessage { text += " (\(kernelMessage))" }
    if let suggestion { text += "; \(suggestion)" }
    return text
  }

  private var lackOfHandler: String {
    guard let handler else {
      let subject = code == .missingFamily ? "address family" : "protocol"
      return "the kernel has no sock_diag handler for this \(subject)"
    }
    return "the kernel has no sock_diag handler for \(handler.name) sockets"
      + (isWithoutTable ? ", and \(lackedTable("them"))" : "")
  }

  /// Whether the sockets are of a kind that `/proc/net` does not list.
  private var isWithoutTable: Bool { handler.map { $0.procNetTable == nil } == true }

  /// What to add to a reason that does not name the sockets.
  private var lackOfTable: String {
    guard let handler, isWithoutTable else { return "" }
    return ", and \(lackedTable("\(handler.name) sockets"))"
  }

  private func lackedTable(_ sockets: String) -> String {
    // ``ProcNet`` says why.
    handler?.protocol == .sctp
      ? "the tables in /proc/net/sctp are not read" : "/proc/net does not list \(sockets)"
  }

  static func message(_ errno: Int32) -> String {
    // SAFETY: strerror returns a static or thread-local string for every number, valid until the next call.
    unsafe String(cString: strerror(errno))
  }
}
