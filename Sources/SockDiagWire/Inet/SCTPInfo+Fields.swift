/// The members of ``SCTPInfo``, in the kernel's order.
///
/// A table: each line is one member of `struct sctp_info`, linux/sctp.h.
extension SCTPInfo {
  /// The verification tag that this host expects. Kernel: `sctpi_tag`.
  public var tag: UInt32? { u32(0) }
  /// The state of the association. Kernel: `sctpi_state`.
  public var state: SocketState? { u32(4).map { SocketState(association: UInt8(clamping: $0)) } }
  /// The receive window that this host announced, in bytes. Kernel: `sctpi_rwnd`.
  public var receiveWindow: UInt32? { u32(8) }
  /// Chunks sent and not acknowledged. Kernel: `sctpi_unackdata`.
  public var unacknowledgedChunks: UInt16? { u16(12) }
  /// Chunks received and not read. Kernel: `sctpi_penddata`.
  public var pendingChunks: UInt16? { u16(14) }
  /// Incoming streams. Kernel: `sctpi_instrms`.
  public var incomingStreams: UInt16? { u16(16) }
  /// Outgoing streams. Kernel: `sctpi_outstrms`.
  public var outgoingStreams: UInt16? { u16(18) }
  /// Chunks that wait to be processed. Kernel: `sctpi_inqueue`.
  public var queuedIncomingChunks: UInt32? { u32(24) }
  /// Chunks that wait to be sent. Kernel: `sctpi_outqueue`.
  public var queuedOutgoingChunks: UInt32? { u32(28) }
  /// Errors in a row. Kernel: `sctpi_overall_error`.
  public var errors: UInt32? { u32(32) }
  /// The number of packets that may be sent at once. Kernel: `sctpi_max_burst`.
  public var maximumBurst: UInt32? { u32(36) }
  /// The size at which messages are split, in bytes. Kernel: `sctpi_maxseg`.
  public var fragmentSize: UInt32? { u32(40) }
  /// The peer's receive window, in bytes. Kernel: `sctpi_peer_rwnd`.
  public var peerReceiveWindow: UInt32? { u32(44) }
  /// The verification tag that the peer expects. Kernel: `sctpi_peer_tag`.
  public var peerTag: UInt32? { u32(48) }
  /// What the peer can do. Kernel: `sctpi_peer_capable`.
  public var peerCapabilities: PeerCapabilities? { u8(52).map(PeerCapabilities.init(rawValue:)) }
  /// The state of acknowledgements to the peer: bit 0 zero window announced, bit 1 generation, bit 2 one is due.
  /// Kernel: `sctpi_peer_sack`.
  public var peerAcknowledgement: UInt8? { u8(53) }
  /// Acknowledgements received. Kernel: `sctpi_isacks`.
  public var acknowledgementsReceived: UInt64? { u64(56) }
  /// Acknowledgements sent. Kernel: `sctpi_osacks`.
  public var acknowledgementsSent: UInt64? { u64(64) }
  /// Packets sent. Kernel: `sctpi_opackets`.
  public var packetsSent: UInt64? { u64(72) }
  /// Packets received. Kernel: `sctpi_ipackets`.
  public var packetsReceived: UInt64? { u64(80) }
  /// Chunks sent again. Kernel: `sctpi_rtxchunks`.
  public var chunksRetransmitted: UInt64? { u64(88) }
  /// Chunks received with a sequence number outside the window. Kernel: `sctpi_outofseqtsns`.
  public var outOfSequence: UInt64? { u64(96) }
  /// Chunks received twice. Kernel: `sctpi_idupchunks`.
  public var duplicateChunks: UInt64? { u64(104) }
  /// Gaps that acknowledgements reported. Kernel: `sctpi_gapcnt`.
  public var gaps: UInt64? { u64(112) }
  /// Unordered chunks sent. Kernel: `sctpi_ouodchunks`.
  public var unorderedChunksSent: UInt64? { u64(120) }
  /// Unordered chunks received. Kernel: `sctpi_iuodchunks`.
  public var unorderedChunksReceived: UInt64? { u64(128) }
  /// Ordered chunks sent. Kernel: `sctpi_oodchunks`.
  public var orderedChunksSent: UInt64? { u64(136) }
  /// Ordered chunks received. Kernel: `sctpi_iodchunks`.
  public var orderedChunksReceived: UInt64? { u64(144) }
  /// Control chunks sent. Kernel: `sctpi_octrlchunks`.
  public var controlChunksSent: UInt64? { u64(152) }
  /// Control chunks received. Kernel: `sctpi_ictrlchunks`.
  public var controlChunksReceived: UInt64? { u64(160) }
  /// The peer's address on the primary path. Kernel: `sctpi_p_address`.
  public var primaryAddress: SocketAddress? { address(168) }
  /// The state of the primary path: 0 inactive, 1 potentially failed, 2 active, 3 unconfirmed. Kernel: `sctpi_p_state`.
  public var primaryState: Int32? { u32(296).map { Int32(bitPattern: $0) } }
  /// The congestion window of the primary path, in bytes. Kernel: `sctpi_p_cwnd`.
  public var congestionWindow: UInt32? { u32(300) }
  /// The round-trip time of the primary path, smoothed, in ticks of the kernel's clock, whose length no reply contains.
  /// Kernel: `sctpi_p_srtt`.
  public var smoothedRTTTicks: UInt32? { u32(304) }
  /// The time after which data is sent again on the primary path. Kernel: `sctpi_p_rto`.
  public var retransmitTimeout: Duration? { milliseconds(308) }
  /// The time between heartbeats on the primary path, in ticks of the kernel's clock. Kernel: `sctpi_p_hbinterval`.
  public var heartbeatTicks: UInt32? { u32(312) }
  /// Errors after which the primary path counts as failed. Kernel: `sctpi_p_pathmaxrxt`.
  public var maximumPathErrors: UInt32? { u32(316) }
  /// The delay of acknowledgements. Kernel: `sctpi_p_sackdelay`.
  public var acknowledgementDelay: Duration? { milliseconds(320) }
  /// The slow-start threshold of the primary path, in bytes. Kernel: `sctpi_p_ssthresh`.
  public var slowStartThreshold: UInt32? { u32(328) }
  /// Bytes acknowledged since the congestion window grew. Kernel: `sctpi_p_partial_bytes_acked`.
  public var partialBytesAcknowledged: UInt32? { u32(332) }
  /// Bytes sent on the primary path and not acknowledged. Kernel: `sctpi_p_flight_size`.
  public var bytesInFlight: UInt32? { u32(336) }
  /// Errors in a row on the primary path. Kernel: `sctpi_p_error`.
  public var pathErrors: UInt16? { u16(340) }
  /// The time without data after which associations end; zero for never. Kernel: `sctpi_s_autoclose`.
  public var autoclose: Duration? { u32(344).map { .seconds(Int64($0)) } }
  /// The adaptation value that the program announces to peers. Kernel: `sctpi_s_adaptation_ind`.
  public var adaptationIndication: UInt32? { u32(348) }
  /// The size from which on a message is delivered in parts, in bytes. Kernel: `sctpi_s_pd_point`.
  public var partialDeliveryPoint: UInt32? { u32(352) }
  /// Whether small messages are sent at once. Kernel: `sctpi_s_nodelay`.
  public var isWithoutDelay: Bool? { u8(356).map { $0 != 0 } }
  /// Whether messages are never split. Kernel: `sctpi_s_disable_fragments`.
  public var isWithoutFragments: Bool? { u8(357).map { $0 != 0 } }
  /// Whether IPv4 addresses are shown to the program as IPv6 addresses. Kernel: `sctpi_s_v4mapped`.
  public var mapsIPv4: Bool? { u8(358).map { $0 != 0 } }
  /// How parts of messages may be mixed: 0 not at all, 1 between associations, 2 between streams as well. Kernel:
  /// `sctpi_s_frag_interleave`.
  public var fragmentInterleaving: UInt8? { u8(359) }
  /// The kind of endpoint: 0 one for many associations, 1 made for one of these, 2 one for one association. Kernel:
  /// `sctpi_s_type`.
  public var endpointType: UInt32? { u32(360) }

  /// `sctpi_fragmentation_point` and `sctpi_p_sackfreq` are not among them: no kernel fills them in.
  static let members: [StructureMember] = [
    StructureMember("tag", 0, .u32),
    StructureMember("state", 4, .u32),
    StructureMember("rwnd", 8, .u32),
    StructureMember("unackdata", 12, .u16),
    StructureMember("penddata", 14, .u16),
    StructureMember("instrms", 16, .u16),
    StructureMember("outstrms", 18, .u16),
    StructureMember("inqueue", 24, .u32),
    StructureMember("outqueue", 28, .u32),
    StructureMember("overall_error", 32, .u32),
    StructureMember("max_burst", 36, .u32),
    StructureMember("maxseg", 40, .u32),
    StructureMember("peer_rwnd", 44, .u32),
    StructureMember("peer_tag", 48, .u32),
    StructureMember("peer_capable", 52, .u8),
    StructureMember("peer_sack", 53, .u8),
    StructureMember("isacks", 56, .u64),
    StructureMember("osacks", 64, .u64),
    StructureMember("opackets", 72, .u64),
    StructureMember("ipackets", 80, .u64),
    StructureMember("rtxchunks", 88, .u64),
    StructureMember("outofseqtsns", 96, .u64),
    StructureMember("idupchunks", 104, .u64),
    StructureMember("gapcnt", 112, .u64),
    StructureMember("ouodchunks", 120, .u64),
    StructureMember("iuodchunks", 128, .u64),
    StructureMember("oodchunks", 136, .u64),
    StructureMember("iodchunks", 144, .u64),
    StructureMember("octrlchunks", 152, .u64),
    StructureMember("ictrlchunks", 160, .u64),
    StructureMember("p_address", 168, .address),
    StructureMember("p_state", 296, .s32),
    StructureMember("p_cwnd", 300, .u32),
    StructureMember("p_srtt_ticks", 304, .u32),
    StructureMember("p_rto_ms", 308, .u32),
    StructureMember("p_hbinterval_ticks", 312, .u32),
    StructureMember("p_pathmaxrxt", 316, .u32),
    StructureMember("p_sackdelay_ms", 320, .u32),
    StructureMember("p_ssthresh", 328, .u32),
    StructureMember("p_partial_bytes_acked", 332, .u32),
    StructureMember("p_flight_size", 336, .u32),
    StructureMember("p_error", 340, .u16),
    StructureMember("s_autoclose_s", 344, .u32),
    StructureMember("s_adaptation_ind", 348, .u32),
    StructureMember("s_pd_point", 352, .u32),
    StructureMember("s_nodelay", 356, .u8),
    StructureMember("s_disable_fragments", 357, .u8),
    StructureMember("s_v4mapped", 358, .u8),
    StructureMember("s_frag_interleave", 359, .u8),
    StructureMember("s_type", 360, .u32),
  ]
}
