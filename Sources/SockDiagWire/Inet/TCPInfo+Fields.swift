/// The members of ``TCPInfo``, in the kernel's order.
///
/// A table: each line is one member of `struct tcp_info`, linux/tcp.h.
extension TCPInfo {
  /// The connection's state, as ``InetSocket/state``. Kernel: `tcpi_state`.
  @inlinable public var state: SocketState? { u8(0).map(SocketState.init(rawValue:)) }
  /// The state of the loss recovery: 0 open, 1 disorder, 2 window reduced, 3 recovery, 4 loss. Kernel:
  /// `tcpi_ca_state`.
  @inlinable public var congestionState: UInt8? { u8(1) }
  /// Timeouts in a row without an answer. Kernel: `tcpi_retransmits`.
  @inlinable public var unansweredRetransmits: UInt8? { u8(2) }
  /// Window or keepalive probes without an answer. Kernel: `tcpi_probes`.
  @inlinable public var unansweredProbes: UInt8? { u8(3) }
  /// How often the timeout was doubled. Kernel: `tcpi_backoff`.
  @inlinable public var backoff: UInt8? { u8(4) }
  /// Negotiated options. Kernel: `tcpi_options`.
  @inlinable public var options: Options? { u8(5).map(Options.init(rawValue:)) }
  /// The window scale that the peer announced. Kernel: `tcpi_snd_wscale`.
  @inlinable public var sendWindowScale: UInt8? { u8(6).map { $0 & 0xf } }
  /// The window scale that this host announced. Kernel: `tcpi_rcv_wscale`.
  @inlinable public var receiveWindowScale: UInt8? { u8(6).map { $0 >> 4 } }
  /// Whether ``deliveryRateBytesPerSecond`` was measured while the program had too little to send. Since 4.9. Kernel:
  /// `tcpi_delivery_rate_app_limited`.
  @inlinable public var isDeliveryRateAppLimited: Bool? { u8(7).map { $0 & 1 != 0 } }
  /// Why fast open failed: 0 not known, 1 no cookie, 2 no acknowledgement of the data, 3 retransmitted. Since 5.5.
  /// Kernel: `tcpi_fastopen_client_fail`.
  @inlinable public var fastOpenClientFailure: UInt8? { u8(7).map { $0 >> 1 & 3 } }
  /// The time after which data is sent again. Kernel: `tcpi_rto`.
  @inlinable public var retransmitTimeout: Duration? { microseconds(8) }
  /// The delayed-acknowledgement timeout. Kernel: `tcpi_ato`.
  @inlinable public var delayedAcknowledgementTimeout: Duration? { microseconds(12) }
  /// The largest segment that is sent, in bytes. Kernel: `tcpi_snd_mss`.
  @inlinable public var sendSegmentSize: UInt32? { u32(16) }
  /// The largest segment seen from the peer, estimated, in bytes. Kernel: `tcpi_rcv_mss`.
  @inlinable public var receiveSegmentSize: UInt32? { u32(20) }
  /// Segments sent and not acknowledged; on a listener, the connections that wait for `accept`. Kernel:
  /// `tcpi_unacked`.
  @inlinable public var unacknowledgedSegments: UInt32? { u32(24) }
  /// Segments acknowledged out of order; on a listener, the limit of the accept queue. Kernel: `tcpi_sacked`.
  @inlinable public var selectivelyAcknowledgedSegments: UInt32? { u32(28) }
  /// Segments taken for lost. Kernel: `tcpi_lost`.
  @inlinable public var lostSegments: UInt32? { u32(32) }
  /// Segments sent again and not acknowledged. Kernel: `tcpi_retrans`.
  @inlinable public var retransmittedSegments: UInt32? { u32(36) }
  /// Always 0 since 4.15. Kernel: `tcpi_fackets`.
  @inlinable public var forwardAcknowledgements: UInt32? { u32(40) }
  /// The time since data was sent. Kernel: `tcpi_last_data_sent`.
  @inlinable public var sinceLastDataSent: Duration? { milliseconds(44) }
  /// Not maintained by the kernel; 0. Kernel: `tcpi_last_ack_sent`.
  @inlinable public var sinceLastAcknowledgementSent: Duration? { milliseconds(48) }
  /// The time since data came in. Kernel: `tcpi_last_data_recv`.
  @inlinable public var sinceLastDataReceived: Duration? { milliseconds(52) }
  /// The time since an acknowledgement came in. Kernel: `tcpi_last_ack_recv`.
  @inlinable public var sinceLastAcknowledgementReceived: Duration? { milliseconds(56) }
  /// The largest packet that the path takes, in bytes. Kernel: `tcpi_pmtu`.
  @inlinable public var pathMTU: UInt32? { u32(60) }
  /// The limit up to which the receive window grows, in bytes. Kernel: `tcpi_rcv_ssthresh`.
  @inlinable public var receiveSlowStartThreshold: UInt32? { u32(64) }
  /// The round-trip time, smoothed. Kernel: `tcpi_rtt`.
  @inlinable public var smoothedRTT: Duration? { microseconds(68) }
  /// The mean deviation of the round-trip time. Kernel: `tcpi_rttvar`.
  @inlinable public var rttVariation: Duration? { microseconds(72) }
  /// The congestion window at which slow start ends, in segments; `0x7fffffff` while there was no loss. Kernel:
  /// `tcpi_snd_ssthresh`.
  @inlinable public var sendSlowStartThreshold: UInt32? { u32(76) }
  /// The congestion window, in segments. Kernel: `tcpi_snd_cwnd`.
  @inlinable public var congestionWindow: UInt32? { u32(80) }
  /// The largest segment that this host accepts, in bytes. Kernel: `tcpi_advmss`.
  @inlinable public var advertisedSegmentSize: UInt32? { u32(84) }
  /// How far out of order segments may arrive before they count as lost. Kernel: `tcpi_reordering`.
  @inlinable public var reordering: UInt32? { u32(88) }
  /// The round-trip time as the receiving side estimates it. Kernel: `tcpi_rcv_rtt`.
  @inlinable public var receiverRTT: Duration? { microseconds(92) }
  /// The size that the receive buffer is tuned to, in bytes. Kernel: `tcpi_rcv_space`.
  @inlinable public var receiveSpace: UInt32? { u32(96) }
  /// Segments sent again, since the connection began. Kernel: `tcpi_total_retrans`.
  @inlinable public var totalRetransmits: UInt32? { u32(100) }
  /// The rate at which segments leave; all ones for no limit. Since 3.15. Kernel: `tcpi_pacing_rate`.
  @inlinable public var pacingRateBytesPerSecond: UInt64? { u64(104) }
  /// The limit of the pacing rate (`SO_MAX_PACING_RATE`); all ones for none. Since 3.15. Kernel:
  /// `tcpi_max_pacing_rate`.
  @inlinable public var maximumPacingRateBytesPerSecond: UInt64? { u64(112) }
  /// Bytes sent and acknowledged. Since 4.1. Kernel: `tcpi_bytes_acked`.
  @inlinable public var bytesAcknowledged: UInt64? { u64(120) }
  /// Bytes received in order. Since 4.1. Kernel: `tcpi_bytes_received`.
  @inlinable public var bytesReceived: UInt64? { u64(128) }
  /// Segments sent, with retransmits. Since 4.2. Kernel: `tcpi_segs_out`.
  @inlinable public var segmentsOut: UInt32? { u32(136) }
  /// Segments received. Since 4.2. Kernel: `tcpi_segs_in`.
  @inlinable public var segmentsIn: UInt32? { u32(140) }
  /// Bytes that wait to be sent for the first time. Since 4.6. Kernel: `tcpi_notsent_bytes`.
  @inlinable public var unsentBytes: UInt32? { u32(144) }
  /// The least round-trip time; all ones before the first. Since 4.6. Kernel: `tcpi_min_rtt`.
  @inlinable public var minimumRTT: Duration? { microseconds(148) }
  /// Segments received with data. Since 4.6. Kernel: `tcpi_data_segs_in`.
  @inlinable public var dataSegmentsIn: UInt32? { u32(152) }
  /// Segments sent with data. Since 4.6. Kernel: `tcpi_data_segs_out`.
  @inlinable public var dataSegmentsOut: UInt32? { u32(156) }
  /// The rate at which data arrives at the peer. Since 4.9. Kernel: `tcpi_delivery_rate`.
  @inlinable public var deliveryRateBytesPerSecond: UInt64? { u64(160) }
  /// The time during which there was data to send. Since 4.10. Kernel: `tcpi_busy_time`.
  @inlinable public var busyTime: Duration? { longMicroseconds(168) }
  /// The part of ``busyTime`` in which the peer's window was the limit. Since 4.10. Kernel: `tcpi_rwnd_limited`.
  @inlinable public var receiveWindowLimitedTime: Duration? { longMicroseconds(176) }
  /// The part of ``busyTime`` in which the local send buffer was the limit. Since 4.10. Kernel: `tcpi_sndbuf_limited`.
  @inlinable public var sendBufferLimitedTime: Duration? { longMicroseconds(184) }
  /// Segments delivered, with retransmits. Since 4.18. Kernel: `tcpi_delivered`.
  @inlinable public var deliveredSegments: UInt32? { u32(192) }
  /// Segments delivered with a mark of congestion. Since 4.18. Kernel: `tcpi_delivered_ce`.
  @inlinable public var deliveredMarkedSegments: UInt32? { u32(196) }
  /// Bytes sent, with retransmits. Since 4.19. Kernel: `tcpi_bytes_sent`.
  @inlinable public var bytesSent: UInt64? { u64(200) }
  /// Bytes sent again. Since 4.19. Kernel: `tcpi_bytes_retrans`.
  @inlinable public var bytesRetransmitted: UInt64? { u64(208) }
  /// Segments that the peer reported as received twice. Since 4.19. Kernel: `tcpi_dsack_dups`.
  @inlinable public var duplicateSelectiveAcknowledgements: UInt32? { u32(216) }
  /// Times that reordering was seen. Since 4.19. Kernel: `tcpi_reord_seen`.
  @inlinable public var reorderingSeen: UInt32? { u32(220) }
  /// Segments received out of order. Since 5.4. Kernel: `tcpi_rcv_ooopack`.
  @inlinable public var receivedOutOfOrder: UInt32? { u32(224) }
  /// The receive window that the peer offers, in bytes. Since 5.4. Kernel: `tcpi_snd_wnd`.
  @inlinable public var sendWindow: UInt32? { u32(228) }
  /// The receive window that this host offers, in bytes. Since 6.2. Kernel: `tcpi_rcv_wnd`.
  @inlinable public var receiveWindow: UInt32? { u32(232) }
  /// How often another path was tried. Since 6.2. Kernel: `tcpi_rehash`.
  @inlinable public var rehashes: UInt32? { u32(236) }
  /// Retransmission timeouts. Since 6.7. Kernel: `tcpi_total_rto`.
  @inlinable public var totalTimeouts: UInt16? { u16(240) }
  /// Recoveries from such timeouts. Since 6.7. Kernel: `tcpi_total_rto_recoveries`.
  @inlinable public var totalTimeoutRecoveries: UInt16? { u16(242) }
  /// The time spent in such recoveries. Since 6.7. Kernel: `tcpi_total_rto_time`.
  @inlinable public var totalTimeoutTime: Duration? { milliseconds(244) }
  /// Segments received with a mark of congestion. Since 6.18. Kernel: `tcpi_received_ce`.
  @inlinable public var receivedMarkedSegments: UInt32? { u32(248) }
  /// Bytes delivered with ECT(1). Since 6.18. Kernel: `tcpi_delivered_e1_bytes`.
  @inlinable public var deliveredE1Bytes: UInt32? { u32(252) }
  /// Bytes delivered with ECT(0). Since 6.18. Kernel: `tcpi_delivered_e0_bytes`.
  @inlinable public var deliveredE0Bytes: UInt32? { u32(256) }
  /// Bytes delivered with a mark of congestion. Since 6.18. Kernel: `tcpi_delivered_ce_bytes`.
  @inlinable public var deliveredMarkedBytes: UInt32? { u32(260) }
  /// Bytes received with ECT(1). Since 6.18. Kernel: `tcpi_received_e1_bytes`.
  @inlinable public var receivedE1Bytes: UInt32? { u32(264) }
  /// Bytes received with ECT(0). Since 6.18. Kernel: `tcpi_received_e0_bytes`.
  @inlinable public var receivedE0Bytes: UInt32? { u32(268) }
  /// Bytes received with a mark of congestion. Since 6.18. Kernel: `tcpi_received_ce_bytes`.
  @inlinable public var receivedMarkedBytes: UInt32? { u32(272) }
  /// What was negotiated about congestion marks, and what failed. Since 6.18. Kernel: `tcpi_ecn_mode`,
  /// `tcpi_accecn_opt_seen`, `tcpi_accecn_fail_mode`, `tcpi_options2`.
  public var accurateECN: AccurateECN? {
    u32(AccurateECN.offset).map { AccurateECN(word: $0, usesECN: options?.contains(.ecn) == true) }
  }
}

extension TCPInfo {
  /// The type of a member, as needed to print and store it.
  package enum Width: Sendable { case u8, lowNibble, highNibble, lowBit, nextTwoBits, u16, u32, u64 }

  /// A member's key in JSON: the kernel's name, with its unit unless it is a count or bytes.
  package struct Field: Sendable {
    package var key: String
    package var offset: Int
    package var width: Width
  }

  package static let fields: [Field] = [
    Field(key: "state", offset: 0, width: .u8),
    Field(key: "ca_state", offset: 1, width: .u8),
    Field(key: "retransmits", offset: 2, width: .u8),
    Field(key: "probes", offset: 3, width: .u8),
    Field(key: "backoff", offset: 4, width: .u8),
    Field(key: "options", offset: 5, width: .u8),
    Field(key: "snd_wscale", offset: 6, width: .lowNibble),
    Field(key: "rcv_wscale", offset: 6, width: .highNibble),
    Field(key: "delivery_rate_app_limited", offset: 7, width: .lowBit),
    Field(key: "fastopen_client_fail", offset: 7, width: .nextTwoBits),
    Field(key: "rto_us", offset: 8, width: .u32),
    Field(key: "ato_us", offset: 12, width: .u32),
    Field(key: "snd_mss", offset: 16, width: .u32),
    Field(key: "rcv_mss", offset: 20, width: .u32),
    Field(key: "unacked", offset: 24, width: .u32),
    Field(key: "sacked", offset: 28, width: .u32),
    Field(key: "lost", offset: 32, width: .u32),
    Field(key: "retrans", offset: 36, width: .u32),
    Field(key: "fackets", offset: 40, width: .u32),
    Field(key: "last_data_sent_ms", offset: 44, width: .u32),
    Field(key: "last_ack_sent_ms", offset: 48, width: .u32),
    Field(key: "last_data_recv_ms", offset: 52, width: .u32),
    Field(key: "last_ack_recv_ms", offset: 56, width: .u32),
    Field(key: "pmtu", offset: 60, width: .u32),
    Field(key: "rcv_ssthresh", offset: 64, width: .u32),
    Field(key: "rtt_us", offset: 68, width: .u32),
    Field(key: "rttvar_us", offset: 72, width: .u32),
    Field(key: "snd_ssthresh", offset: 76, width: .u32),
    Field(key: "snd_cwnd", offset: 80, width: .u32),
    Field(key: "advmss", offset: 84, width: .u32),
    Field(key: "reordering", offset: 88, width: .u32),
    Field(key: "rcv_rtt_us", offset: 92, width: .u32),
    Field(key: "rcv_space", offset: 96, width: .u32),
    Field(key: "total_retrans", offset: 100, width: .u32),
    Field(key: "pacing_rate_bytes_per_second", offset: 104, width: .u64),
    Field(key: "max_pacing_rate_bytes_per_second", offset: 112, width: .u64),
    Field(key: "bytes_acked", offset: 120, width: .u64),
    Field(key: "bytes_received", offset: 128, width: .u64),
    Field(key: "segs_out", offset: 136, width: .u32),
    Field(key: "segs_in", offset: 140, width: .u32),
    Field(key: "notsent_bytes", offset: 144, width: .u32),
    Field(key: "min_rtt_us", offset: 148, width: .u32),
    Field(key: "data_segs_in", offset: 152, width: .u32),
    Field(key: "data_segs_out", offset: 156, width: .u32),
    Field(key: "delivery_rate_bytes_per_second", offset: 160, width: .u64),
    Field(key: "busy_time_us", offset: 168, width: .u64),
    Field(key: "rwnd_limited_us", offset: 176, width: .u64),
    Field(key: "sndbuf_limited_us", offset: 184, width: .u64),
    Field(key: "delivered", offset: 192, width: .u32),
    Field(key: "delivered_ce", offset: 196, width: .u32),
    Field(key: "bytes_sent", offset: 200, width: .u64),
    Field(key: "bytes_retrans", offset: 208, width: .u64),
    Field(key: "dsack_dups", offset: 216, width: .u32),
    Field(key: "reord_seen", offset: 220, width: .u32),
    Field(key: "rcv_ooopack", offset: 224, width: .u32),
    Field(key: "snd_wnd", offset: 228, width: .u32),
    Field(key: "rcv_wnd", offset: 232, width: .u32),
    Field(key: "rehash", offset: 236, width: .u32),
    Field(key: "total_rto", offset: 240, width: .u16),
    Field(key: "total_rto_recoveries", offset: 242, width: .u16),
    Field(key: "total_rto_time_ms", offset: 244, width: .u32),
    Field(key: "received_ce", offset: 248, width: .u32),
    Field(key: "delivered_e1_bytes", offset: 252, width: .u32),
    Field(key: "delivered_e0_bytes", offset: 256, width: .u32),
    Field(key: "delivered_ce_bytes", offset: 260, width: .u32),
    Field(key: "received_e1_bytes", offset: 264, width: .u32),
    Field(key: "received_e0_bytes", offset: 268, width: .u32),
    Field(key: "received_ce_bytes", offset: 272, width: .u32),
  ]
}
