/// An address in the form in which the kernel keeps it for any family.
///
/// The family is in the byte order of the host, the port and the address in network order.
///
/// Kernel: `struct sockaddr_storage`, linux/socket.h.
enum KernelSocketAddress {
  static let byteCount = 128

  /// The offset of the scope of an IPv6 address, in the byte order of the host.
  static let scope = 24

  /// Reads an address; `nil` for another family than IPv4 and IPv6.
  static func read(_ start: Int, in bytes: Span<UInt8>) -> SocketAddress? {
    guard start >= 0, start <= bytes.count - byteCount else { return nil }
    let port = bytes.network16(at: start + 2)
    switch bytes.host16(at: start) {
    case UInt16(AddressFamily.inet.rawValue):
      return SocketAddress(IPAddress(v4: bytes.network32(at: start + 4)), port: port)
    case UInt16(AddressFamily.inet6.rawValue):
      return SocketAddress(IPAddress(v6: bytes.network64(at: start + 8), bytes.network64(at: start + 16)), port: port)
    default: return nil
    }
  }

  /// Reads a list of addresses; `nil` if its length is wrong or an address has another family.
  static func list(_ payload: Range<Int>, in bytes: Span<UInt8>) -> [SocketAddress]? {
    guard payload.count.isMultiple(of: byteCount) else { return nil }
    var addresses: [SocketAddress] = []
    for start in stride(from: payload.lowerBound, to: payload.upperBound, by: byteCount) {
      guard let address = read(start, in: bytes) else { return nil }
      addresses.append(address)
    }
    return addresses
  }

  /// The address as the kernel would send it.
  static func bytes(_ address: SocketAddress) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendHost16(UInt16(address.address.family.rawValue))
    bytes.appendNetwork16(address.port)
    if address.address.family == .inet {
      bytes.appendNetwork32(UInt32(truncatingIfNeeded: address.address.low))
    } else {
      bytes.appendZeros(4)
      bytes.appendNetwork64(address.address.high)
      bytes.appendNetwork64(address.address.low)
    }
    bytes.appendZeros(byteCount - bytes.count)
    return bytes
  }
}

extension SocketAddress {
  init(fields: FieldReader) throws {
    self.init(try fields.required("address"), port: try fields.required("port"))
  }
}
