/// How a UNIX socket transfers data.
///
/// Kernel: `SOCK_*`, linux/net.h; the values differ on MIPS, to which Swift has not been ported.
public struct UnixSocketKind: RawRepresentable, Hashable, Sendable {
  /// The kernel's number.
  public let rawValue: UInt8

  /// Creates a kind from the kernel's number.
  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Connections that carry a stream of bytes. Kernel: `SOCK_STREAM`.
  public static let stream = UnixSocketKind(rawValue: 1)
  /// Messages without connections. Kernel: `SOCK_DGRAM`.
  public static let datagram = UnixSocketKind(rawValue: 2)
  /// Connections that carry messages. Kernel: `SOCK_SEQPACKET`.
  public static let sequencedPacket = UnixSocketKind(rawValue: 5)

  /// The names, with those that `ss` prints in its column Netid.
  private static let names: [(kind: UnixSocketKind, name: String, netID: String)] = [
    (.stream, "stream", "u_str"), (.datagram, "dgram", "u_dgr"), (.sequencedPacket, "seqpacket", "u_seq"),
  ]

  /// Creates a kind from its name, such as `stream` or `u_str`, or from its number.
  public init?(name: some StringProtocol) {
    if let known = Self.names.first(where: { $0.name == name || $0.netID == name }) {
      self = known.kind
    } else if name.utf8.allSatisfy(\.isDigit), let number = UInt8(name) {
      self.init(rawValue: number)
    } else {
      return nil
    }
  }

  /// The name in the column Netid of `ss`; `u_` and the number where there is none.
  public var netID: String { Self.names.first { $0.kind == self }?.netID ?? "u_\(rawValue)" }
}

extension UnixSocketKind: CustomStringConvertible {
  /// The name, or the number where there is none.
  public var description: String { Self.names.first { $0.kind == self }?.name ?? String(rawValue) }
}
