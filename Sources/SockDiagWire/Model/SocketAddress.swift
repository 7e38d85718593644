/// An IP address and a port.
///
/// Kernel: `struct sockaddr_in`, `struct sockaddr_in6` without the scope, which belongs to the socket here.
public struct SocketAddress: Hashable, Sendable, Codable {
  /// The address.
  public var address: IPAddress
  /// The port; 0 if there is none.
  public var port: UInt16

  /// Creates a socket address from its parts.
  @inlinable
  public init(_ address: IPAddress, port: UInt16) {
    self.address = address
    self.port = port
  }
}

extension SocketAddress: Comparable {
  /// By address, then by port.
  public static func < (left: SocketAddress, right: SocketAddress) -> Bool {
    (left.address, left.port) < (right.address, right.port)
  }
}

extension SocketAddress: LosslessStringConvertible {
  /// The address and port, an IPv6 address in brackets. Allocates.
  public var description: String {
    address.family == .inet6 ? "[\(address)]:\(port)" : "\(address):\(port)"
  }

  /// Creates a socket address from text such as `127.0.0.1:80` or `[::1]:80`.
  public init?(_ description: String) {
    guard let colon = description.lastIndex(of: ":") else { return nil }
    let digits = description[description.index(after: colon)...]
    var host = description[..<colon]
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits) else { return nil }
    let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
    if isBracketed { host = host.dropFirst().dropLast() }
    // Without brackets "::1:80" would be ambiguous.
    guard let address = IPAddress(String(host)), isBracketed == (address.family == .inet6) else { return nil }
    self.init(address, port: port)
  }
}

extension SocketAddress: ExpressibleByStringLiteral {
  /// Creates a socket address from a literal such as `"[::1]:80"`.
  ///
  /// A malformed literal is a mistake in the program and stops it. Only a literal can come here: the parameter is a
  /// `StaticString`, so the compiler refuses any text that is known at run time only. Use ``init(_:)`` for that.
  public init(stringLiteral value: StaticString) {
    guard let address = SocketAddress(value.description) else {
      preconditionFailure("\"\(value)\" is not ADDRESS:PORT or [ADDRESS]:PORT")
    }
    self = address
  }
}

extension SocketAddress: FieldWritable {
  /// Writes the fields with the keys of the command's JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.address("address", address)
    writer.number("port", port)
  }
}
