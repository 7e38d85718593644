/// The kernel's number for one socket, never reused while the system runs (before 5.4: within a network namespace).
///
/// Ports and addresses are reused; a cookie is not. It stays the same when a connection request becomes a connection,
/// and when the connection becomes a TIME_WAIT record.
///
/// Kernel: `sock_gen_cookie`, linux/sock_diag.h; `SO_COOKIE`.
public struct SocketCookie: RawRepresentable, Hashable, Sendable {
  /// The kernel's number.
  public let rawValue: UInt64

  /// Creates a cookie from the kernel's number.
  @inlinable
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// Any socket, in a request. Kernel: `INET_DIAG_NOCOOKIE`.
  public static let any = SocketCookie(rawValue: .max)
}

extension SocketCookie: CustomStringConvertible {
  /// The number in decimal.
  public var description: String { String(rawValue) }
}

extension SocketCookie: Codable {
  /// Reads a cookie from a string.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = UInt64(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is not a 64-bit number")
    }
    self.init(rawValue: value)
  }

  /// Writes the cookie as a string, because many readers round large JSON numbers.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
