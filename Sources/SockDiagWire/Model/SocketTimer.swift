/// The timer that runs on a socket.
///
/// Kernel: `idiag_timer`, `idiag_expires`, `idiag_retrans` in `struct inet_diag_msg`, linux/inet_diag.h.
public struct SocketTimer: Hashable, Sendable {
  /// The action of a timer when it expires.
  public struct Kind: RawRepresentable, Hashable, Sendable {
    /// The kernel's number.
    public let rawValue: UInt8

    /// Creates a kind from the kernel's number.
    @inlinable
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// No timer runs.
    @inlinable public static var off: Kind { Kind(rawValue: 0) }
    /// Retransmits unacknowledged data, or sends a loss probe.
    @inlinable public static var retransmit: Kind { Kind(rawValue: 1) }
    /// Probes an idle connection, or gives up on a SYN or an orphan.
    @inlinable public static var keepalive: Kind { Kind(rawValue: 2) }
    /// Frees a TIME_WAIT record and with it the port. A socket with this timer is such a record, whatever
    /// ``InetSocket/state`` says: an orphan in `fin-wait-2` becomes one too.
    @inlinable public static var timeWait: Kind { Kind(rawValue: 3) }
    /// Probes a window that the peer closed.
    @inlinable public static var persist: Kind { Kind(rawValue: 4) }
    /// Sends a delayed acknowledgement. Since 7.1.
    @inlinable public static var delayedAcknowledgement: Kind { Kind(rawValue: 5) }

    static let names = ["off", "retransmit", "keepalive", "time-wait", "persist", "delayed-ack"]

    /// Creates a kind from its name or number.
    public init?(name: some StringProtocol) {
      if let index = Self.names.firstIndex(where: { $0 == name }) {
        self.init(rawValue: UInt8(index))
      } else if name.utf8.allSatisfy(\.isDigit), let number = UInt8(name) {
        self.init(rawValue: number)
      } else {
        return nil
      }
    }
  }

  /// The action when the timer expires.
  public var kind: Kind
  /// The time left, in milliseconds; 0 if the timer has expired and the kernel has not acted on it yet.
  public var expiresMilliseconds: UInt32
  /// How often the timer has expired without an answer: retransmits, or probes for the other kinds.
  public var retransmits: UInt8

  /// Creates a timer from its parts.
  @inlinable
  public init(_ kind: Kind, expiresMilliseconds: UInt32, retransmits: UInt8) {
    self.kind = kind
    self.expiresMilliseconds = expiresMilliseconds
    self.retransmits = retransmits
  }

  /// The time left as the kernel sends it: before 5.4, an expired timer has a negative number in unsigned bits.
  @inline(__always)
  static func remaining(_ milliseconds: UInt32) -> UInt32 { milliseconds > UInt32(Int32.max) ? 0 : milliseconds }

  /// The time left.
  public var expires: Duration { .milliseconds(Int64(expiresMilliseconds)) }
}

extension SocketTimer.Kind: CustomStringConvertible {
  /// The name of the kind, or its number if a newer kernel added it.
  public var description: String {
    Int(rawValue) < Self.names.count ? Self.names[Int(rawValue)] : String(rawValue)
  }
}

extension SocketTimer: RecordPart {
  /// Writes the fields with the keys of the command's JSON output.
  public func writeFields<Writer: FieldWriter>(to writer: inout Writer) {
    writer.text("kind", kind.description)
    writer.number("expires_ms", expiresMilliseconds)
    writer.number("retransmits", retransmits)
  }

  init(_ fields: FieldReader) throws {
    self.init(
      try fields.named("kind", Kind.init(name:)), expiresMilliseconds: try fields.required("expires_ms"),
      retransmits: try fields.required("retransmits"))
  }
}
