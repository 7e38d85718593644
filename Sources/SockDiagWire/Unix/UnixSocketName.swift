/// The name of a UNIX socket: a path in the file system, or an abstract name.
///
/// A name consists of bytes. Neither kind need be valid UTF-8, and both may contain line ends and escape codes. A
/// socket without a name has none of these values, but `nil`.
///
/// Kernel: `struct sockaddr_un`, linux/un.h; `unix_mkname`, net/unix/af_unix.c.
public enum UnixSocketName: Hashable, Sendable {
  /// A path, as the program gave it to `bind`: a relative path counts from the folder in which that program was then.
  /// At most 108 bytes, without the NUL behind it.
  case path([UInt8])
  /// A name outside the file system, without the NUL before it. At most 107 bytes, NULs among them. It may be empty.
  case abstract([UInt8])

  /// Creates a name from the bytes of `sun_path`: a NUL begins an abstract name and ends a path. `nil` if there are
  /// none, as in the address of a socket without a name.
  public init?(sunPath bytes: [UInt8]) {
    guard let first = bytes.first else { return nil }
    if first == 0 {
      self = .abstract(Array(bytes.dropFirst()))
    } else {
      self = .path(bytes.last == 0 ? bytes.dropLast() : bytes)
    }
  }

  /// The bytes: of a path without the NUL behind it, of an abstract name without the NUL before it.
  public var bytes: [UInt8] {
    switch self {
    case .path(let bytes), .abstract(let bytes): bytes
    }
  }

  /// Whether the name is outside the file system.
  public var isAbstract: Bool { if case .abstract = self { true } else { false } }

  /// Whether the kernel chose the name: five hexadecimal digits, which it gives a socket that calls `bind` without a
  /// name. A program can choose such a name itself.
  ///
  /// Kernel: `unix_autobind`, net/unix/af_unix.c.
  public var isAutomatic: Bool {
    guard case .abstract(let bytes) = self else { return false }
    return bytes.count == 5 && bytes.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}
