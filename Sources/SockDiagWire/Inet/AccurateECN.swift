/// What a connection negotiated about congestion marks, and what failed.
///
/// Kernel: `tcpi_ecn_mode`, `tcpi_accecn_opt_seen`, `tcpi_accecn_fail_mode`, `tcpi_options2` in `struct tcp_info`,
/// linux/tcp.h, since 7.0. Linux 6.18 and 6.19 have two 16-bit numbers in their place, without ``mode`` and
/// ``furtherOptions``. The length of the structure is the same. The values show which kernel wrote them, because only
/// certain combinations of the four numbers are possible.
public struct AccurateECN: Hashable, Sendable, Codable {
  /// The kind of ECN that a connection uses. Kernel: `TCPI_ECN_MODE_*`, linux/tcp.h.
  public struct Mode: RawRepresentable, Hashable, Sendable, Codable {
    /// The kernel's number.
    public let rawValue: UInt8

    /// Creates a mode from the kernel's number.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// None. Kernel: `TCPI_ECN_MODE_DISABLED`.
    public static let disabled = Mode(rawValue: 0)
    /// Classic ECN, of RFC 3168. Kernel: `TCPI_ECN_MODE_RFC3168`.
    public static let classic = Mode(rawValue: 1)
    /// Accurate ECN, of RFC 9768. Kernel: `TCPI_ECN_MODE_ACCECN`.
    public static let accurate = Mode(rawValue: 2)
    /// Not yet negotiated. Kernel: `TCPI_ECN_MODE_PENDING`.
    public static let pending = Mode(rawValue: 3)
  }

  /// How the peer's AccECN option was seen. Kernel: `TCP_ACCECN_OPT_*_SEEN`, linux/tcp.h.
  public struct OptionSeen: RawRepresentable, Hashable, Sendable, Codable {
    /// The kernel's number.
    public let rawValue: UInt8

    /// Creates a value from the kernel's number.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Never. Kernel: `TCP_ACCECN_OPT_NOT_SEEN`.
    public static let notSeen = OptionSeen(rawValue: 0)
    /// Without counters. Kernel: `TCP_ACCECN_OPT_EMPTY_SEEN`.
    public static let empty = OptionSeen(rawValue: 1)
    /// With counters. Kernel: `TCP_ACCECN_OPT_COUNTER_SEEN`.
    public static let counters = OptionSeen(rawValue: 2)
    /// With invalid counters. Kernel: `TCP_ACCECN_OPT_FAIL_SEEN`.
    public static let invalid = OptionSeen(rawValue: 3)
  }

  /// Failures on the path. Kernel: `TCP_ACCECN_*_FAIL_*`, linux/tcp.h.
  public struct Failures: OptionSet, Hashable, Sendable, Codable {
    /// The kernel's bits.
    public let rawValue: UInt8

    /// Creates a set from the kernel's bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The flags of the header, towards the peer. Kernel: `TCP_ACCECN_ACE_FAIL_SEND`.
    public static let sentFlags = Failures(rawValue: 1)
    /// The flags of the header, from the peer. Kernel: `TCP_ACCECN_ACE_FAIL_RECV`.
    public static let receivedFlags = Failures(rawValue: 2)
    /// The option, towards the peer. Kernel: `TCP_ACCECN_OPT_FAIL_SEND`.
    public static let sentOption = Failures(rawValue: 4)
    /// The option, from the peer. Kernel: `TCP_ACCECN_OPT_FAIL_RECV`.
    public static let receivedOption = Failures(rawValue: 8)
  }

  /// The kind of ECN; `nil` if the kernel is older than 7.0 and does not report it. Kernel: `tcpi_ecn_mode`.
  public var mode: Mode?
  /// How the peer's option was seen. Kernel: `tcpi_accecn_opt_seen`.
  public var optionSeen: OptionSeen
  /// Failures on the path. Kernel: `tcpi_accecn_fail_mode`.
  public var failures: Failures
  /// Bits that no kernel uses so far; `nil` with ``mode``. Kernel: `tcpi_options2`.
  public var furtherOptions: UInt32?

  /// Creates a value from its parts.
  public init(mode: Mode?, optionSeen: OptionSeen, failures: Failures, furtherOptions: UInt32?) {
    self.mode = mode
    self.optionSeen = optionSeen
    self.failures = failures
    self.furtherOptions = furtherOptions
  }
}

extension AccurateECN {
  /// Its offset in `struct tcp_info`.
  static var offset: Int { 276 }

  /// Reads the word of `struct tcp_info` in the bit order of a little-endian machine.
  ///
  /// - Parameter usesECN: Whether the connection negotiated ECN, from ``TCPInfo/Options/ecn``.
  init(word: UInt32, usesECN: Bool) {
    let low = word & 0xffff
    let high = word >> 16
    // With ECN the mode is not 0, and without a mode the rest is 0. Before 7.0 the word is `fail_mode`, of four bits, and
    // then `opt_seen`, of two.
    let isOld = word == 0 ? usesECN : low < 16 && high < 4 && (high > 0 || low & 3 == 0)
    if isOld {
      mode = nil
      failures = Failures(rawValue: UInt8(truncatingIfNeeded: low))
      optionSeen = OptionSeen(rawValue: UInt8(truncatingIfNeeded: high))
    } else {
      mode = Mode(rawValue: UInt8(word & 3))
      optionSeen = OptionSeen(rawValue: UInt8(word >> 2 & 3))
      failures = Failures(rawValue: UInt8(word >> 4 & 15))
      furtherOptions = word >> 8
    }
  }

  /// The word that this value was read from.
  var word: UInt32 {
    guard let mode else { return UInt32(optionSeen.rawValue) << 16 | UInt32(failures.rawValue) }
    return UInt32(mode.rawValue) & 3 | (UInt32(optionSeen.rawValue) & 3) << 2
      | (UInt32(failures.rawValue) & 15) << 4 | (furtherOptions ?? 0) << 8
  }

  /// The same word from a machine whose first bit field is in the highest bits.
  static func word(ofBigEndian word: UInt32) -> UInt32 {
    // Before 7.0: two 16-bit numbers, in the order of their addresses.
    let (failures, seen) = (word >> 16, word & 0xffff)
    if word != 0, failures < 16, seen < 4 { return seen << 16 | failures }
    return word >> 30 | (word >> 28 & 3) << 2 | (word >> 24 & 15) << 4 | (word & 0xff_ffff) << 8
  }
}
