/// The name of a UNIX socket as a program passes it to the kernel.
///
/// Kernel: `struct sockaddr_un`, linux/un.h.
enum UnixName {
  /// The length of the longest address. No more is read of any address.
  static let capacity = 110

  /// Whether the bytes are the address of a UNIX socket.
  static func isFamily(of bytes: [UInt8]) -> Bool { bytes.count >= 2 && bytes[0] == 1 && bytes[1] == 0 }

  /// A path, or an abstract name with an `@` in front and for each zero byte, as ss writes it. `nil` if the bytes of the
  /// program, which may be anything, contain no name.
  static func text(_ bytes: [UInt8]) -> String? {
    guard isFamily(of: bytes), let first = bytes.dropFirst(2).first else { return nil }
    let name = bytes.dropFirst(2)
    guard first == 0 else { return String(decoding: name.prefix { $0 != 0 }, as: UTF8.self) }
    return String(decoding: name.map { $0 == 0 ? UInt8(ascii: "@") : $0 }, as: UTF8.self)
  }
}
