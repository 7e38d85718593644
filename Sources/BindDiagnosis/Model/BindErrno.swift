internal import Glibc

/// An error of bind() or listen(), or for UNIX sockets of connect().
///
/// Kernel: asm-generic/errno-base.h, asm-generic/errno.h.
public struct BindErrno: RawRepresentable, Hashable, Sendable, Codable {
  /// The kernel's number, positive.
  public let rawValue: Int32

  /// Creates an error from the kernel's number.
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// The port is in use. Kernel: `EADDRINUSE`.
  public static let addressInUse = BindErrno(rawValue: 98)
  /// The address does not belong to this host, or connect() finds no free port. Kernel: `EADDRNOTAVAIL`.
  public static let addressNotAvailable = BindErrno(rawValue: 99)
  /// The port needs a privilege. Kernel: `EACCES`.
  public static let accessDenied = BindErrno(rawValue: 13)
  /// The address is invalid for this socket, or the socket is already bound. Kernel: `EINVAL`.
  public static let invalidArgument = BindErrno(rawValue: 22)
  /// There is no such interface. Kernel: `ENODEV`.
  public static let noSuchDevice = BindErrno(rawValue: 19)
  /// The socket or the kernel does not support the family of the address. Kernel: `EAFNOSUPPORT`.
  public static let familyNotSupported = BindErrno(rawValue: 97)
  /// A security module or a cgroup program forbids it. For a path: the file system holds no sockets, or the folder is
  /// immutable. Kernel: `EPERM`.
  public static let notPermitted = BindErrno(rawValue: 1)

  // Errors of calls on UNIX sockets.

  /// A folder of the path, or the file, does not exist. Kernel: `ENOENT`.
  public static let noSuchFile = BindErrno(rawValue: 2)
  /// A name on the way is no folder. Kernel: `ENOTDIR`.
  public static let notAFolder = BindErrno(rawValue: 20)
  /// The file system is read-only. Kernel: `EROFS`.
  public static let readOnlyFileSystem = BindErrno(rawValue: 30)
  /// The symbolic links lead in a circle. Kernel: `ELOOP`.
  public static let linkLoop = BindErrno(rawValue: 40)
  /// connect(): nothing listens. Kernel: `ECONNREFUSED`.
  public static let connectionRefused = BindErrno(rawValue: 111)
  /// connect(): the socket is of another kind. Kernel: `EPROTOTYPE`.
  public static let wrongKind = BindErrno(rawValue: 91)
  /// connect(): as many connections wait to be accepted as the listener allows. Kernel: `EAGAIN`.
  public static let tryAgain = BindErrno(rawValue: 11)

  /// The C library's message: `Address already in use`.
  public var message: String {
    // SAFETY: strerror returns a static or thread-local string for every number, valid until the next call.
    unsafe String(cString: strerror(rawValue))
  }

  static let names: [BindErrno: String] = [
    .addressInUse: "EADDRINUSE", .addressNotAvailable: "EADDRNOTAVAIL", .accessDenied: "EACCES",
    .invalidArgument: "EINVAL", .noSuchDevice: "ENODEV", .familyNotSupported: "EAFNOSUPPORT", .notPermitted: "EPERM",
    .noSuchFile: "ENOENT", .notAFolder: "ENOTDIR", .readOnlyFileSystem: "EROFS", .linkLoop: "ELOOP",
    .connectionRefused: "ECONNREFUSED", .wrongKind: "EPROTOTYPE", .tryAgain: "EAGAIN",
    BindErrno(rawValue: EIO): "EIO", BindErrno(rawValue: EMFILE): "EMFILE", BindErrno(rawValue: ENFILE): "ENFILE",
    BindErrno(rawValue: ENAMETOOLONG): "ENAMETOOLONG", BindErrno(rawValue: ESTALE): "ESTALE",
    BindErrno(rawValue: ENOTCONN): "ENOTCONN",
  ]
}

extension BindErrno: CustomStringConvertible {
  /// The kernel's name, such as `EADDRINUSE`, or the number if bind() does not normally return this error.
  public var description: String { Self.names[self] ?? "errno \(rawValue)" }
}
