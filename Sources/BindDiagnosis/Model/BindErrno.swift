internal import Glibc

/// An error of bind() or listen().
///
/// Kernel: asm-generic/errno-base.h, asm-generic/errno.h.
public struct BindErrno: RawRepresentable, Hashable, Sendable {
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
  /// A security module or a cgroup program forbids it. Kernel: `EPERM`.
  public static let notPermitted = BindErrno(rawValue: 1)

  /// The C library's message: `Address already in use`.
  public var message: String {
    // SAFETY: strerror returns a static or thread-local string for every number, valid until the next call.
    unsafe String(cString: strerror(rawValue))
  }

  static let names: [BindErrno: String] = [
    .addressInUse: "EADDRINUSE", .addressNotAvailable: "EADDRNOTAVAIL", .accessDenied: "EACCES",
    .invalidArgument: "EINVAL", .noSuchDevice: "ENODEV", .familyNotSupported: "EAFNOSUPPORT", .notPermitted: "EPERM",
  ]
}

extension BindErrno: CustomStringConvertible {
  /// The kernel's name, such as `EADDRINUSE`, or the number if bind() does not normally return this error.
  public var description: String { Self.names[self] ?? "errno \(rawValue)" }
}
