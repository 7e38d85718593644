/// The name of a UNIX socket as a program hands it to the kernel.
///
/// Kernel: `struct sockaddr_un`, linux/un.h.
enum UnixName {
  /// The length of the longest one with its family, which is all that is read of any.
  static let capacity = 110

  /// Whether the bytes are an address of this family.
  static func isFamily(of bytes: [UInt8]) -> Bool { bytes.count >= 2 && bytes[0] == 1 && bytes[1] == 0 }

  /// A path; for an abstract name an `@` before it and for each zero byte in it, as ss writes it. `nil` if the bytes, which
  /// come from the program and may be anything, hold none.
  static func text(_ bytes: [UInt8]) -> String? {
    guard isFamily(of: bytes), let first = bytes.dropFirst(2).first else { return nil }
    let name = bytes.dropFirst(2)
    guard first == 0 else { return String(decoding: name.prefix { $0 != 0 }, as: UTF8.self) }
    return String(decoding: name.map { $0 == 0 ? UInt8(ascii: "@") : $0 }, as: UTF8.self)
  }
}
