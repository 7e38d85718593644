/// A packet of a capture: one datagram, or in a stream of messages one message.
public struct CapturePacket: Hashable, Sendable {
  /// When it was captured, as the time since 1970-01-01 00:00 UTC; `nil` in a stream of messages, which tells no time.
  public var timestamp: Duration?
  /// Who sent it.
  public var direction: CaptureDirection
  /// Which part of the kernel speaks. Types of messages mean something else in each.
  public var netlinkFamily: NetlinkFamily
  /// Where its messages lie, in bytes from the start of the capture.
  public var range: Range<Int>
  /// Whether some of its bytes were not captured or stand behind the end of the file.
  public var isTruncated: Bool
  /// Whether its messages are in the other byte order than those of this machine.
  public var isForeign = false
}

/// Who sent a packet.
///
/// Kernel: `PACKET_USER`, `PACKET_KERNEL`, linux/if_packet.h, as an nlmon device sets them.
public struct CaptureDirection: RawRepresentable, Hashable, Sendable {
  /// The kernel's number.
  public let rawValue: UInt16

  /// Creates a direction from the kernel's number.
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// The kernel replies or announces. Kernel: `PACKET_USER`.
  public static let toUser = CaptureDirection(rawValue: 6)
  /// A program asks. Kernel: `PACKET_KERNEL`.
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
