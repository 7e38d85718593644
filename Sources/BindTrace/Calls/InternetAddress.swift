internal import SockDiagWire

/// An internet address as a program hands it to the kernel.
///
/// Kernel: `struct sockaddr_in`, linux/in.h; `struct sockaddr_in6`, linux/in6.h.
struct InternetAddress: Hashable {
  /// The length of the longest one; bytes behind it mean nothing.
  static let capacity = 28

  var address: SocketAddress
  var scopeID: UInt32

  /// Creates an address from its bytes, which come from the program and may be anything.
  ///
  /// - Parameters:
  ///   - bytes: As many as the program says there are, as far as they could be read.
  ///   - family: The family of the socket, if that is known.
  init?(_ bytes: [UInt8], for family: AddressFamily?) {
    guard bytes.count >= 2 else { return nil }
    // The family is in the byte order of the machine, and the machines known here are little-endian.
    switch UInt16(bytes[0]) | UInt16(bytes[1]) << 8 {
    case 2:
      guard bytes.count >= 8 else { return nil }
      self.init(Self.v4(bytes))
    case 0:
      // An IPv4 socket takes the wildcard without a family, as old programs leave it (__inet_bind, net/ipv4/af_inet.c).
      guard family == .inet, bytes.count >= 16 else { return nil }
      self.init(Self.v4(bytes))
    case 10:
      // Without the scope, as RFC 2133 had it, the kernel takes it too.
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
