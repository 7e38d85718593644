/// A protocol on top of a TCP connection.
///
/// Kernel: `INET_DIAG_ULP_INFO`, `INET_ULP_INFO_*`, linux/inet_diag.h, since 5.4.
public struct UpperLayerProtocol: Hashable, Sendable {
  /// The kernel's name for it, such as `tls` or `mptcp`. Kernel: `INET_ULP_INFO_NAME`.
  public var name: String?
  /// The connection's encryption inside the kernel. Kernel: `INET_ULP_INFO_TLS`.
  public var tls: TLSInfo?
  /// The connection's part in a multipath connection. Kernel: `INET_ULP_INFO_MPTCP`.
  public var mptcp: MPTCPSubflow?
  /// Attributes that are not decoded.
  public var unknown: [UnknownAttribute] = []

  /// Creates a value without any field.
  public init() {}

  init(_ nest: Range<Int>, in bytes: Span<UInt8>) throws(WireError) {
    var cursor = NetlinkAttributeCursor(nest)
    while let attribute = try cursor.next(in: bytes) {
      switch attribute.type {
      case 1: name = attribute.text(in: bytes)
      case 2: tls = try TLSInfo(attribute.payload, in: bytes)
      case 3: mptcp = try MPTCPSubflow(attribute.payload, in: bytes)
      default: unknown.append(UnknownAttribute(type: attribute.type, payload: bytes.array(attribute.payload)))
      }
    }
  }
}

/// TLS encryption in the kernel.
///
/// Kernel: `TLS_INFO_*`, linux/tls.h.
public struct TLSInfo: Hashable, Sendable {
  /// The protocol's version: `0x0303` is 1.2, `0x0304` is 1.3. Kernel: `TLS_INFO_VERSION`.
  public var version: UInt16?
  /// The cipher. Kernel: `TLS_INFO_CIPHER`, `TLS_CIPHER_*`.
  public var cipher: UInt16?
  /// Where data is encrypted: 1 nowhere, 2 in the kernel, 3 in the device, 4 in the device with its own record layer.
  /// Kernel: `TLS_INFO_TXCONF`, `TLS_CONF_*`.
  public var sendConfiguration: UInt16?
  /// Where data is decrypted. Kernel: `TLS_INFO_RXCONF`.
  public var receiveConfiguration: UInt16?
  /// Whether sendfile avoids a copy. Kernel: `TLS_INFO_ZC_RO_TX`, since 6.0.
  public var isZeroCopySend = false
  /// Whether the peer is trusted not to pad. Kernel: `TLS_INFO_RX_NO_PAD`, since 6.0.
  public var isReceiveUnpadded = false
  /// The limit of the data in a record that is sent, in bytes. Kernel: `TLS_INFO_TX_MAX_PAYLOAD_LEN`, since 6.19.
  public var maximumSendPayloadBytes: UInt16?
  /// Attributes that are not decoded.
  public var unknown: [UnknownAttribute] = []

  /// Creates a value without any field.
  public init() {}

  init(_ nest: Range<Int>, in bytes: Span<UInt8>) throws(WireError) {
    var cursor = NetlinkAttributeCursor(nest)
    while let attribute = try cursor.next(in: bytes) {
      let number = attribute.payload.count >= 2 ? bytes.host16(at: attribute.payload.lowerBound) : nil
      switch attribute.type {
      case 1 where number != nil: version = number
      case 2 where number != nil: cipher = number
      case 3 where number != nil: sendConfiguration = number
      case 4 where number != nil: receiveConfiguration = number
      case 5: isZeroCopySend = true
      case 6: isReceiveUnpadded = true
      case 7 where number != nil: maximumSendPayloadBytes = number
      default: unknown.append(UnknownAttribute(type: attribute.type, payload: bytes.array(attribute.payload)))
      }
    }
  }
}

/// The connection's part in a multipath connection.
///
/// Kernel: `MPTCP_SUBFLOW_ATTR_*`, linux/mptcp.h.
public struct MPTCPSubflow: Hashable, Sendable {
  /// The peer's token. Kernel: `MPTCP_SUBFLOW_ATTR_TOKEN_REM`.
  public var remoteToken: UInt32?
  /// The local token. Kernel: `MPTCP_SUBFLOW_ATTR_TOKEN_LOC`.
  public var localToken: UInt32?
  /// Kernel: `MPTCP_SUBFLOW_ATTR_RELWRITE_SEQ`.
  public var relativeWriteSequence: UInt32?
  /// Kernel: `MPTCP_SUBFLOW_ATTR_MAP_SEQ`.
  public var mapSequence: UInt64?
  /// Kernel: `MPTCP_SUBFLOW_ATTR_MAP_SFSEQ`.
  public var mapSubflowSequence: UInt32?
  /// Kernel: `MPTCP_SUBFLOW_ATTR_SSN_OFFSET`.
  public var subflowSequenceOffset: UInt32?
  /// Bytes that the current mapping covers. Kernel: `MPTCP_SUBFLOW_ATTR_MAP_DATALEN`.
  public var mapByteCount: UInt16?
  /// Negotiated options. Kernel: `MPTCP_SUBFLOW_ATTR_FLAGS`, `MPTCP_SUBFLOW_FLAG_*`.
  public var flags: UInt32?
  /// The peer's address id. Kernel: `MPTCP_SUBFLOW_ATTR_ID_REM`.
  public var remoteAddressID: UInt8?
  /// The local address id. Kernel: `MPTCP_SUBFLOW_ATTR_ID_LOC`.
  public var localAddressID: UInt8?
  /// Attributes that are not decoded.
  public var unknown: [UnknownAttribute] = []

  /// Creates a value without any field.
  public init() {}

  init(_ nest: Range<Int>, in bytes: Span<UInt8>) throws(WireError) {
    var cursor = NetlinkAttributeCursor(nest)
    while let attribute = try cursor.next(in: bytes) {
      let start = attribute.payload.lowerBound
      switch (attribute.type, attribute.payload.count) {
      case (1, 4...): remoteToken = bytes.host32(at: start)
      case (2, 4...): localToken = bytes.host32(at: start)
      case (3, 4...): relativeWriteSequence = bytes.host32(at: start)
      case (4, 8...): mapSequence = bytes.host64(at: start)
      case (5, 4...): mapSubflowSequence = bytes.host32(at: start)
      case (6, 4...): subflowSequenceOffset = bytes.host32(at: start)
      case (7, 2...): mapByteCount = bytes.host16(at: start)
      case (8, 4...): flags = bytes.host32(at: start)
      case (9, 1...): remoteAddressID = bytes[start]
      case (10, 1...): localAddressID = bytes[start]
      // Alignment before 64-bit numbers. Kernel: MPTCP_SUBFLOW_ATTR_PAD.
      case (11, 0): break
      default: unknown.append(UnknownAttribute(type: attribute.type, payload: bytes.array(attribute.payload)))
      }
    }
  }
}
