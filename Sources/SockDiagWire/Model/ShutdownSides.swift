/// The directions of a socket that are shut down.
///
/// Kernel: `RCV_SHUTDOWN`, `SEND_SHUTDOWN`, net/sock.h.
public struct ShutdownSides: OptionSet, Hashable, Sendable, Codable {
  /// The kernel's bits.
  public let rawValue: UInt8

  /// Creates a set from the kernel's bits.
  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Nothing more is received. Kernel: `RCV_SHUTDOWN`.
  public static let receive = ShutdownSides(rawValue: 1)
  /// Nothing more is sent. Kernel: `SEND_SHUTDOWN`.
  public static let send = ShutdownSides(rawValue: 2)
}
