/// Figures that a congestion control algorithm reports about one connection.
///
/// Kernel: `union tcp_cc_info`, linux/inet_diag.h.
#if hasAttribute(nonexhaustive)
  @nonexhaustive
#endif
public enum CongestionInfo: Hashable, Sendable {
  /// vegas and related algorithms: nv, veno, illinois, yeah.
  case vegas(VegasInfo)
  /// Data center TCP.
  case dctcp(DCTCPInfo)
  /// Bottleneck bandwidth and round-trip time.
  case bbr(BBRInfo)
}

/// Figures of vegas and related algorithms. Kernel: `struct tcpvegas_info`, `INET_DIAG_VEGASINFO`.
public struct VegasInfo: Hashable, Sendable, Codable {
  /// Whether the algorithm is active. Kernel: `tcpv_enabled`.
  public var isEnabled: Bool
  /// Round trips measured. Kernel: `tcpv_rttcnt`.
  public var roundTripCount: UInt32
  /// The round-trip time in microseconds. Kernel: `tcpv_rtt`.
  public var rttMicroseconds: UInt32
  /// The least round-trip time in microseconds. Kernel: `tcpv_minrtt`.
  public var minimumRTTMicroseconds: UInt32

  /// Creates figures.
  public init(isEnabled: Bool, roundTripCount: UInt32, rttMicroseconds: UInt32, minimumRTTMicroseconds: UInt32) {
    self.isEnabled = isEnabled
    self.roundTripCount = roundTripCount
    self.rttMicroseconds = rttMicroseconds
    self.minimumRTTMicroseconds = minimumRTTMicroseconds
  }
}

extension VegasInfo {
  init?(_ payload: Range<Int>, in bytes: Span<UInt8>) {
    guard payload.count >= 16 else { return nil }
    let start = payload.lowerBound
    isEnabled = bytes.host32(at: start) != 0
    roundTripCount = bytes.host32(at: start + 4)
    rttMicroseconds = bytes.host32(at: start + 8)
    minimumRTTMicroseconds = bytes.host32(at: start + 12)
  }
}

/// Figures of data center TCP. Kernel: `struct tcp_dctcp_info`, `INET_DIAG_DCTCPINFO`, since 3.18.
public struct DCTCPInfo: Hashable, Sendable, Codable {
  /// Whether the algorithm is active; without ECN it falls back to reno. Kernel: `dctcp_enabled`.
  public var isEnabled: Bool
  /// Whether the last packet was marked. Kernel: `dctcp_ce_state`.
  public var congestionExperiencedState: UInt16
  /// The estimated share of marked bytes, 1024 for all. Kernel: `dctcp_alpha`.
  public var alpha: UInt32
  /// Bytes acknowledged with a mark. Kernel: `dctcp_ab_ecn`.
  public var acknowledgedBytesMarked: UInt32
  /// Bytes acknowledged. Kernel: `dctcp_ab_tot`.
  public var acknowledgedBytesTotal: UInt32

  /// Creates figures.
  public init(
    isEnabled: Bool, congestionExperiencedState: UInt16, alpha: UInt32, acknowledgedBytesMarked: UInt32,
    acknowledgedBytesTotal: UInt32
  ) {
    self.isEnabled = isEnabled
    self.congestionExperiencedState = congestionExperiencedState
    self.alpha = alpha
    self.acknowledgedBytesMarked = acknowledgedBytesMarked
    self.acknowledgedBytesTotal = acknowledgedBytesTotal
  }
}

extension DCTCPInfo {
  init?(_ payload: Range<Int>, in bytes: Span<UInt8>) {
    guard payload.count >= 16 else { return nil }
    let start = payload.lowerBound
    isEnabled = bytes.host16(at: start) != 0
    congestionExperiencedState = bytes.host16(at: start + 2)
    alpha = bytes.host32(at: start + 4)
    acknowledgedBytesMarked = bytes.host32(at: start + 8)
    acknowledgedBytesTotal = bytes.host32(at: start + 12)
  }
}

/// Figures of BBR. Kernel: `struct tcp_bbr_info`, `INET_DIAG_BBRINFO`, since 4.9.
public struct BBRInfo: Hashable, Sendable, Codable {
  /// The estimated bandwidth in bytes per second. Kernel: `bbr_bw_lo`, `bbr_bw_hi`.
  public var bandwidthBytesPerSecond: UInt64
  /// The least round-trip time in microseconds. Kernel: `bbr_min_rtt`.
  public var minimumRTTMicroseconds: UInt32
  /// The pacing gain, 256 for one. Kernel: `bbr_pacing_gain`.
  public var pacingGain: UInt32
  /// The gain of the congestion window, 256 for one. Kernel: `bbr_cwnd_gain`.
  public var congestionWindowGain: UInt32

  /// Creates figures.
  public init(
    bandwidthBytesPerSecond: UInt64, minimumRTTMicroseconds: UInt32, pacingGain: UInt32, congestionWindowGain: UInt32
  ) {
    self.bandwidthBytesPerSecond = bandwidthBytesPerSecond
    self.minimumRTTMicroseconds = minimumRTTMicroseconds
    self.pacingGain = pacingGain
    self.congestionWindowGain = congestionWindowGain
  }
}

extension BBRInfo {
  init?(_ payload: Range<Int>, in bytes: Span<UInt8>) {
    guard payload.count >= 20 else { return nil }
    let start = payload.lowerBound
    bandwidthBytesPerSecond = UInt64(bytes.host32(at: start)) | UInt64(bytes.host32(at: start + 4)) << 32
    minimumRTTMicroseconds = bytes.host32(at: start + 8)
    pacingGain = bytes.host32(at: start + 12)
    congestionWindowGain = bytes.host32(at: start + 16)
  }
}
