/// The type of a socket, the second argument of `socket()`.
///
/// Kernel: `SOCK_*`, linux/net.h.
public struct SocketType: RawRepresentable, Hashable, Sendable {
  /// The kernel's number.
  public let rawValue: UInt8

  /// Creates a type from the kernel's number.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// A stream of bytes. Kernel: `SOCK_STREAM`.
  public static let stream = SocketType(rawValue: 1)
  /// Messages without a connection. Kernel: `SOCK_DGRAM`.
  public static let datagram = SocketType(rawValue: 2)
  /// Messages of a lower layer, with its headers. Kernel: `SOCK_RAW`.
  public static let raw = SocketType(rawValue: 3)
  /// Messages without a connection that arrive or are returned. Kernel: `SOCK_RDM`.
  public static let reliableDatagram = SocketType(rawValue: 4)
  /// Messages over a connection. Kernel: `SOCK_SEQPACKET`.
  public static let sequencedPacket = SocketType(rawValue: 5)
  /// The oldest type of packet sockets. Kernel: `SOCK_PACKET`.
  public static let packet = SocketType(rawValue: 10)

  private static let names: [(type: SocketType, name: String)] = [
    (.stream, "stream"), (.datagram, "dgram"), (.raw, "raw"), (.reliableDatagram, "rdm"),
    (.sequencedPacket, "seqpacket"), (.packet, "packet"),
  ]

  /// Creates a type from its name or its number.
  public init?(name: some StringProtocol) {
    if let known = Self.names.first(where: { $0.name == name }) {
      self = known.type
    } else if name.utf8.allSatisfy(\.isDigit), let number = UInt8(name) {
      self.init(rawValue: number)
    } else {
      return nil
    }
  }
}

extension SocketType: CustomStringConvertible {
  /// The type's name, as it ends the kernel's name, or its number.
  public var description: String { Self.names.first { $0.type == self }?.name ?? String(rawValue) }
}
