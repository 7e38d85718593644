/// A key that authenticates the segments of a peer (RFC 2385).
///
/// Kernel: `struct tcp_diag_md5sig`, linux/tcp.h.
public struct TCPMD5Key: Hashable, Sendable {
  static let byteCount = 100

  /// The peers' address.
  public var address: IPAddress
  /// The number of address bits that are compared.
  public var prefixLength: UInt8
  /// The key. It is secret: neither JSON nor any text made here contains it.
  public var key: [UInt8]

  /// Creates a key.
  public init(address: IPAddress, prefixLength: UInt8, key: [UInt8]) {
    self.address = address
    self.prefixLength = prefixLength
    self.key = key
  }
}

extension TCPMD5Key: CustomStringConvertible, CustomReflectable {
  /// The peers, without the key.
  public var description: String { "\(address)/\(prefixLength)" }

  /// The peers, without the key.
  public var customMirror: Mirror { Mirror(self, children: ["address": address, "prefixLength": prefixLength]) }
}

extension TCPMD5Key {
  /// Reads one entry; the caller has checked that 100 bytes are there.
  init(at start: Int, in bytes: Span<UInt8>) {
    let family = AddressFamily(rawValue: bytes[start])
    address =
      family == .inet
      ? IPAddress(v4: bytes.network32(at: start + 4))
      : IPAddress(v6: bytes.network64(at: start + 4), bytes.network64(at: start + 12))
    prefixLength = bytes[start + 1]
    let length = min(Int(bytes.host16(at: start + 2)), 80)
    key = bytes.array(start + 20..<start + 20 + length)
  }

  static func keys(_ payload: Range<Int>, in bytes: Span<UInt8>) -> [TCPMD5Key] {
    stride(from: payload.lowerBound, through: payload.upperBound - byteCount, by: byteCount).map {
      TCPMD5Key(at: $0, in: bytes)
    }
  }
}
