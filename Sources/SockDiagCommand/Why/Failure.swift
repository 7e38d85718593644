internal import BindTrace
internal import Glibc
internal import SockDiag

/// The facts that are equal in repeated failures. Only the first of them is reported in full.
struct Failure: Hashable {
  let kind: BindCall.Kind
  let errno: Int32
  let `protocol`: TransportProtocol?
  let address: SocketAddress?
  let scopeID: UInt32
  let unixName: String?
  let isOnUnixSocket: Bool
  let program: String

  init(_ call: BindCall) {
    kind = call.kind
    errno = call.errno
    `protocol` = call.protocol
    address = call.address
    scopeID = call.scopeID
    unixName = call.unixName
    isOnUnixSocket = call.isOnUnixSocket
    program = ProgramName.of(call.processID)
  }

  /// Whether the call is a bind() or listen() on a port.
  var isDiagnosable: Bool { kind != .connect && !isOnUnixSocket }

  /// Whether the failure is normal in healthy programs.
  var isUsual: Bool {
    guard kind == .connect else { return false }
    // The C library asks a daemon for users and hosts that few systems run.
    if unixName == "/var/run/nscd/socket" { return true }
    // After a name lookup it connects a UDP socket to each address, to sort the addresses by their routes.
    return `protocol` == .udp && [ENETUNREACH, EADDRNOTAVAIL, EAFNOSUPPORT].contains(errno)
  }

  /// The call, the program and the address, without a full stop.
  ///
  /// - Parameter identity: An addition that identifies the call, such as a process id.
  func text(_ identity: String? = nil) -> String {
    let place = address.map { "\($0)" } ?? unixName
    let preposition = kind == .connect ? "to" : "on"
    return
      "\(function)() of \(program)\(identity.map { " (\($0))" } ?? "")\(place.map { " \(preposition) \($0)" } ?? "")"
      + " failed with \(errnoName)"
  }

  var function: String {
    switch kind {
    case .bind: "bind"
    case .listen: "listen"
    case .connect: "connect"
    }
  }

  var errnoName: String { Self.names[errno] ?? "errno \(errno)" }

  private static let names: [Int32: String] = [
    EPERM: "EPERM", ENOENT: "ENOENT", EBADF: "EBADF", EAGAIN: "EAGAIN", EACCES: "EACCES", EFAULT: "EFAULT",
    ENODEV: "ENODEV", ENOTDIR: "ENOTDIR", EINVAL: "EINVAL", EROFS: "EROFS", ENAMETOOLONG: "ENAMETOOLONG",
    ELOOP: "ELOOP", ENOTSOCK: "ENOTSOCK", EPROTOTYPE: "EPROTOTYPE", EOPNOTSUPP: "EOPNOTSUPP",
    EAFNOSUPPORT: "EAFNOSUPPORT", EADDRINUSE: "EADDRINUSE", EADDRNOTAVAIL: "EADDRNOTAVAIL", ENETDOWN: "ENETDOWN",
    ENETUNREACH: "ENETUNREACH", ECONNABORTED: "ECONNABORTED", ECONNRESET: "ECONNRESET", ETIMEDOUT: "ETIMEDOUT",
    ECONNREFUSED: "ECONNREFUSED", EHOSTDOWN: "EHOSTDOWN", EHOSTUNREACH: "EHOSTUNREACH", ENOSPC: "ENOSPC",
    ENOMEM: "ENOMEM", ENOBUFS: "ENOBUFS",
  ]
}
