/// State and statistics of a multipath TCP connection.
///
/// The structure has grown from 40 to 96 bytes, and newer kernels will add to it. A member is present if the received
/// length covers it; a member that an older kernel does not have is `nil`, never zero. Members that a newer kernel adds
/// are kept in ``tail``. A listener fills in nothing.
///
/// Kernel: `struct mptcp_info`, linux/mptcp.h, since 5.9.
public struct MPTCPInfo: GrowingStructure {
  /// The structure as the kernel sent it.
  package let bytes: [UInt8]

  package init(bytes: [UInt8]) { self.bytes = bytes }

  /// The number of bytes that the kernel sent.
  public var byteCount: Int { bytes.count }
  /// The bytes that a newer kernel sent after the known structure.
  public var tail: [UInt8] { bytesBehind }

  /// The length of the structure that is known here, in bytes.
  static let knownByteCount = 96

  /// Flags of a connection. Kernel: `MPTCP_INFO_FLAG_*`, linux/mptcp.h.
  public struct Flags: OptionSet, Hashable, Sendable, Codable {
    /// The kernel's bits.
    public let rawValue: UInt32

    /// Creates a set from the kernel's bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The connection fell back to plain TCP. Kernel: `MPTCP_INFO_FLAG_FALLBACK`.
    public static let fallback = Flags(rawValue: 1 << 0)
    /// The peer's key is known. Kernel: `MPTCP_INFO_FLAG_REMOTE_KEY_RECEIVED`.
    public static let remoteKeyReceived = Flags(rawValue: 1 << 1)
  }
}

extension MPTCPInfo {
  /// Subflows besides the first one. Kernel: `mptcpi_subflows`.
  public var additionalSubflows: UInt8? { u8(0) }
  /// Addresses that this host announced. Kernel: `mptcpi_add_addr_signal`.
  public var announcedAddresses: UInt8? { u8(1) }
  /// Addresses that the peer announced and this host accepted. Kernel: `mptcpi_add_addr_accepted`.
  public var acceptedAddresses: UInt8? { u8(2) }
  /// The limit of ``additionalSubflows``. Kernel: `mptcpi_subflows_max`.
  public var maximumAdditionalSubflows: UInt8? { u8(3) }
  /// The number of this host's addresses that may be announced. Kernel: `mptcpi_add_addr_signal_max`.
  public var maximumAnnouncedAddresses: UInt8? { u8(4) }
  /// The limit of ``acceptedAddresses``. Kernel: `mptcpi_add_addr_accepted_max`.
  public var maximumAcceptedAddresses: UInt8? { u8(5) }
  /// Flags. Kernel: `mptcpi_flags`.
  public var flags: Flags? { u32(8).map(Flags.init(rawValue:)) }
  /// The local token, which identifies the connection. Its subflows have it in ``MPTCPSubflow/localToken``. Kernel:
  /// `mptcpi_token`.
  public var token: UInt32? { u32(12) }
  /// The sequence number of the next byte to send. Kernel: `mptcpi_write_seq`.
  public var writeSequence: UInt64? { u64(16) }
  /// The sequence number of the first byte that the peer did not acknowledge. Kernel: `mptcpi_snd_una`.
  public var firstUnacknowledged: UInt64? { u64(24) }
  /// The sequence number of the next byte to receive. Kernel: `mptcpi_rcv_nxt`.
  public var receiveSequence: UInt64? { u64(32) }
  /// Local addresses in use for subflows. Since 5.12. Kernel: `mptcpi_local_addr_used`.
  public var usedLocalAddresses: UInt8? { u8(40) }
  /// The number of local addresses from which subflows may start. Since 5.12. Kernel: `mptcpi_local_addr_max`.
  public var maximumLocalAddresses: UInt8? { u8(41) }
  /// Whether data carries checksums. Since 5.14; 5.12 and 5.13 have no checksums and send zero here. Kernel:
  /// `mptcpi_csum_enabled`.
  public var hasChecksums: Bool? { u8(42).map { $0 != 0 } }
  /// Timeouts without an answer. Since 6.5. Kernel: `mptcpi_retransmits`.
  public var unansweredRetransmits: UInt32? { u32(44) }
  /// Bytes sent again, on another subflow or the same. Since 6.5. Kernel: `mptcpi_bytes_retrans`.
  public var bytesRetransmitted: UInt64? { u64(48) }
  /// Bytes sent. Since 6.5. Kernel: `mptcpi_bytes_sent`.
  public var bytesSent: UInt64? { u64(56) }
  /// Bytes received. Since 6.5. Kernel: `mptcpi_bytes_received`.
  public var bytesReceived: UInt64? { u64(64) }
  /// Bytes sent and acknowledged. Since 6.5. Kernel: `mptcpi_bytes_acked`.
  public var bytesAcknowledged: UInt64? { u64(72) }
  /// All subflows, with the first one if it still exists. Since 6.8. Kernel: `mptcpi_subflows_total`.
  public var totalSubflows: UInt8? { u8(80) }
  /// The number of local addresses that only answer announcements of the peer. Since 6.18; kernels from 6.10 on send
  /// zero here. Kernel: `mptcpi_endp_laminar_max`.
  public var maximumLaminarAddresses: UInt8? { u8(81) }
  /// The number of local addresses that connect to every address of the peer. Kernels from 6.10 on that do not know it
  /// send zero here. Kernel: `mptcpi_endp_fullmesh_max`.
  public var maximumFullMeshAddresses: UInt8? { u8(82) }
  /// The time since data was sent. Since 6.10. Kernel: `mptcpi_last_data_sent`.
  public var sinceLastDataSent: Duration? { milliseconds(84) }
  /// The time since data came in. Since 6.10. Kernel: `mptcpi_last_data_recv`.
  public var sinceLastDataReceived: Duration? { milliseconds(88) }
  /// The time since an acknowledgement came in. Since 6.10. Kernel: `mptcpi_last_ack_recv`.
  public var sinceLastAcknowledgementReceived: Duration? { milliseconds(92) }

  static let members: [StructureMember] = [
    StructureMember("subflows", 0, .u8),
    StructureMember("add_addr_signal", 1, .u8),
    StructureMember("add_addr_accepted", 2, .u8),
    StructureMember("subflows_max", 3, .u8),
    StructureMember("add_addr_signal_max", 4, .u8),
    StructureMember("add_addr_accepted_max", 5, .u8),
    StructureMember("flags", 8, .u32),
    StructureMember("token", 12, .u32),
    StructureMember("write_seq", 16, .long),
    StructureMember("snd_una", 24, .long),
    StructureMember("rcv_nxt", 32, .long),
    StructureMember("local_addr_used", 40, .u8),
    StructureMember("local_addr_max", 41, .u8),
    StructureMember("csum_enabled", 42, .u8),
    // From 5.12 to 6.4 the structure ends with padding here.
    StructureMember("retransmits", 44, .u32, from: 56),
    StructureMember("bytes_retrans", 48, .u64),
    StructureMember("bytes_sent", 56, .u64),
    StructureMember("bytes_received", 64, .u64),
    StructureMember("bytes_acked", 72, .u64),
    StructureMember("subflows_total", 80, .u8),
    // In 6.8 and 6.9 it ends with padding here.
    StructureMember("endp_laminar_max", 81, .u8, from: 96),
    StructureMember("endp_fullmesh_max", 82, .u8, from: 96),
    StructureMember("last_data_sent_ms", 84, .u32, from: 96),
    StructureMember("last_data_recv_ms", 88, .u32, from: 96),
    StructureMember("last_ack_recv_ms", 92, .u32),
  ]
}
