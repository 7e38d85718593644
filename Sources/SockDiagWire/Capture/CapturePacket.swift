/// A packet of a capture: one datagram, or in a stream of messages one message.
public struct CapturePacket: Hashable, Sendable {
  /// The time of capture, since 1970-01-01 00:00 UTC; `nil` in a stream of messages and in simple packets of
  /// pcapng, which have no times.
  public var timestamp: Duration?
  /// The sender.
  public var direction: CaptureDirection
  /// The netlink family. The meaning of message types depends on it.
  public var netlinkFamily: NetlinkFamily
  /// The range of its messages, in bytes from the start of the capture.
  public var range: Range<Int>
  /// Whether some of its bytes were not captured or are missing at the end of the file.
  public var isTruncated: Bool
  /// Whether its messages have the other byte order than this machine.
  public var isForeign = false
}

/// The sender of a packet.
///
/// Kernel: `PACKET_USER`, `PACKET_KERNEL`, linux/if_packet.h, as an nlmon device sets them.
public struct CaptureDirection: RawRepresentable, Hashable, Sendable {
  /// The kernel's number.
  public let rawValue: UInt16

  /// Creates a direction from the kernel's number.
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// From the kernel: a reply or an announcement. Kernel: `PACKET_USER`.
  public static let toUser = CaptureDirection(rawValue: 6)
  /// From a program: a request. Kernel: `PACKET_KERNEL`.
  public static let toKernel = CaptureDirection(rawValue: 7)
}

extension CaptureDirection: CustomStringConvertible {
  /// `to-user`, `to-kernel` or the number of another type.
  public var description: String {
    switch self {
    case .toUser: "to-user"
    case .toKernel: "to-kernel"
    default: String(rawValue)
    }
  }
}
