internal import SockDiagWire

/// An IPv4 or IPv6 address as a program passes it to the kernel.
///
/// Kernel: `struct sockaddr_in`, linux/in.h; `struct sockaddr_in6`, linux/in6.h.
struct InternetAddress: Hashable {
  /// The length of the longest address; the kernel ignores further bytes.
  static let capacity = 28

  var address: SocketAddress
  var scopeID: UInt32

  /// Creates an address from bytes of the program, which may be anything.
  ///
  /// - Parameters:
  ///   - bytes: The bytes that could be read, of the length that the program gave.
  ///   - family: The family of the socket, if it is known.
  init?(_ bytes: [UInt8], for family: AddressFamily?) {
    guard bytes.count >= 2 else { return nil }
    // The family is in the byte order of the machine. The architectures known here are little-endian.
    switch UInt16(bytes[0]) | UInt16(bytes[1]) << 8 {
    case 2:
      guard bytes.count >= 8 else { return nil }
      self.init(Self.v4(bytes))
    case 0:
      // An IPv4 socket accepts the wildcard with family 0, for old programs (__inet_bind, net/ipv4/af_inet.c).
      guard family == .inet, bytes.count >= 16 else { return nil }
      self.init(Self.v4(bytes))
    case 10:
      // The kernel also accepts the older structure without a scope (RFC 2133).
      guard bytes.count >= 24 else { return nil }
      let address = IPAddress(v6: Self.number(bytes[8..<16]), Self.number(bytes[16..<24]))
      self.init(SocketAddress(address, port: Self.port(bytes)))
      if bytes.count >= 28 { scopeID = UInt32(truncatingIfNeeded: Self.number(bytes[24..<28])).byteSwapped }
    default: return nil
    }
  }

  private init(_ address: SocketAddress) {
    self.address = address
    scopeID = 0
  }

  private static func v4(_ bytes: [UInt8]) -> SocketAddress {
    SocketAddress(IPAddress(v4: UInt32(truncatingIfNeeded: number(bytes[4..<8]))), port: port(bytes))
  }

  private static func port(_ bytes: [UInt8]) -> UInt16 { UInt16(truncatingIfNeeded: number(bytes[2..<4])) }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
}
