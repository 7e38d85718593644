/// The kind of a socket, the second argument of `socket()`.
///
/// Kernel: `SOCK_*`, linux/net.h.
public struct SocketKind: RawRepresentable, Hashable, Sendable {
  /// The kernel's number.
  public let rawValue: UInt8

  /// Creates a kind from the kernel's number.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// A stream of bytes. Kernel: `SOCK_STREAM`.
  public static let stream = SocketKind(rawValue: 1)
  /// Messages without a connection. Kernel: `SOCK_DGRAM`.
  public static let datagram = SocketKind(rawValue: 2)
  /// Messages of a lower layer, with its headers. Kernel: `SOCK_RAW`.
  public static let raw = SocketKind(rawValue: 3)
  /// Messages without a connection that arrive or are returned. Kernel: `SOCK_RDM`.
  public static let reliableDatagram = SocketKind(rawValue: 4)
  /// Messages over a connection. Kernel: `SOCK_SEQPACKET`.
  public static let sequencedPacket = SocketKind(rawValue: 5)
  /// The oldest kind of packet sockets. Kernel: `SOCK_PACKET`.
  public static let packet = SocketKind(rawValue: 10)

  private static let names: [(kind: SocketKind, name: String)] = [
    (.stream, "stream"), (.datagram, "dgram"), (.raw, "raw"), (.reliableDatagram, "rdm"),
    (.sequencedPacket, "seqpacket"), (.packet, "packet"),
  ]

  /// Creates a kind from its name or its number.
  public init?(name: some StringProtocol) {
    if let known = Self.names.first(where: { $0.name == name }) {
      self = known.kind
    } else if name.utf8.allSatisfy(\.isDigit), let number = UInt8(name) {
      self.init(rawValue: number)
    } else {
      return nil
    }
  }
}

extension SocketKind: CustomStringConvertible {
  /// The kind's name, as it ends the kernel's name, or its number.
  public var description: String { Self.names.first { $0.kind == self }?.name ?? String(rawValue) }
}
