internal import BindTrace
internal import Glibc
internal import SockDiag

/// What is the same in calls that fail again and again: only the first of them is told in full.
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

  /// Whether it is about a port that somebody wants to have.
  var isDiagnosable: Bool { kind != .connect && !isOnUnixSocket }

  /// Whether programs fail so without anything being wrong.
  var isUsual: Bool {
    guard kind == .connect else { return false }
    // The C library asks a daemon for users and hosts that hardly any system runs.
    if unixName == "/var/run/nscd/socket" { return true }
    // Looking up a name, it asks for the route to each address by a UDP socket, to sort them.
    return `protocol` == .udp && [ENETUNREACH, EADDRNOTAVAIL, EAFNOSUPPORT].contains(errno)
  }

  /// What was called, by which program and where, without an end.
  ///
  /// - Parameter identity: What tells the call from others of its kind, such as a process id.
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
