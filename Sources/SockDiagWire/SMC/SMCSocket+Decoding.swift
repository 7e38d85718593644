extension SMCSocket {
  /// Offsets in `struct smc_diag_msg`.
  enum Layout {
    /// `sizeof(struct smc_diag_msg)`
    static let byteCount = 64
    static let state = 1
    static let mode = 2
    static let localPort = 4
    static let remotePort = 6
    static let localAddress = 8
    static let remoteAddress = 24
    static let interface = 40
    static let cookie = 44
    static let uid = 52
    static let inode = 56
    /// `sizeof(struct smc_diag_conninfo)`
    static let connectionByteCount = 76
    /// `sizeof(struct smc_diag_lgrinfo)`
    static let linkByteCount = 147
    /// `sizeof(struct smcd_diag_dmbinfo)` before 6.8
    static let memoryBufferByteCount = 40
    /// `sizeof(struct smcd_diag_dmbinfo)` since 6.8
    static let extendedMemoryBufferByteCount = 56
  }

  /// Numbers of attributes. Kernel: `SMC_DIAG_*`, linux/smc_diag.h.
  enum Attribute: UInt16 {
    case connection = 1
    case link = 2
    case shutdown = 3
    case memoryBuffer = 4
    case fallback = 5
  }

  mutating func decode(_ payload: Range<Int>, in bytes: Span<UInt8>) throws(WireError) -> WireError? {
    let start = payload.lowerBound
    try bytes.checkRecord(payload, byteCount: Layout.byteCount, of: "an SMC socket")
    self = SMCSocket()
    smcState = SMCState(rawValue: bytes[start + Layout.state])
    mode = Mode(rawValue: bytes[start + Layout.mode])
    let isIPv6 = [Layout.localAddress, Layout.remoteAddress].contains { offset in
      bytes.network64(at: start + offset + 8) != 0 || bytes.network32(at: start + offset + 4) != 0
    }
    local = SocketAddress(
      Self.address(at: start + Layout.localAddress, isIPv6, in: bytes),
      port: bytes.network16(at: start + Layout.localPort))
    remote = SocketAddress(
      Self.address(at: start + Layout.remoteAddress, isIPv6, in: bytes),
      port: bytes.network16(at: start + Layout.remotePort))
    interfaceIndex = bytes.host32(at: start + Layout.interface)
    cookie = bytes.hostCookie(at: start + Layout.cookie)
    uid = bytes.host32(at: start + Layout.uid)
    longInode = bytes.host64(at: start + Layout.inode)
    return bytes.forEachAttribute(start + Layout.byteCount..<payload.upperBound) { attribute, bytes in
      // Kept as well if it is longer than what is decoded, so that nothing the kernel said is lost.
      if !decode(attribute, in: bytes) {
        unknownAttributes.append(UnknownAttribute(type: attribute.type, payload: bytes.array(attribute.payload)))
      }
    }
  }

  private static func address(at start: Int, _ isIPv6: Bool, in bytes: Span<UInt8>) -> IPAddress {
    isIPv6
      ? IPAddress(v6: bytes.network64(at: start), bytes.network64(at: start + 8))
      : IPAddress(v4: bytes.network32(at: start))
  }

  /// Returns whether the attribute is known and decoded completely.
  private mutating func decode(_ attribute: NetlinkAttribute, in bytes: Span<UInt8>) -> Bool {
    let payload = attribute.payload
    let start = payload.lowerBound
    switch (Attribute(rawValue: attribute.type), payload.count) {
    case (.connection, Layout.connectionByteCount...):
      connection = Connection(at: start, in: bytes)
      return payload.count == Layout.connectionByteCount
    case (.link, Layout.linkByteCount...):
      link = Link(at: start, in: bytes)
      // A structure of bytes needs no alignment, but a compiler may add some.
      return payload.count == Layout.linkByteCount
    case (.shutdown, 1): shutdown = ShutdownSides(rawValue: bytes[start])
    case (.memoryBuffer, Layout.memoryBufferByteCount...):
      memoryBuffer = MemoryBuffer(payload, in: bytes)
      return payload.count == Layout.memoryBufferByteCount || payload.count == Layout.extendedMemoryBufferByteCount
    case (.fallback, 8...):
      fallback = Fallback(
        reason: SMCDecline(rawValue: bytes.host32(at: start)),
        peerReason: SMCDecline(rawValue: bytes.host32(at: start + 4)))
      return payload.count == 8
    default: return false
    }
    return true
  }
}

extension SMCSocket.Cursor {
  fileprivate init(at start: Int, in bytes: Span<UInt8>) {
    self.init(wraps: bytes.host16(at: start + 2), offset: bytes.host32(at: start + 4))
  }
}

extension SMCSocket.Connection {
  fileprivate init(at start: Int, in bytes: Span<UInt8>) {
    token = bytes.host32(at: start)
    sendBufferBytes = bytes.host32(at: start + 4)
    receiveBufferBytes = bytes.host32(at: start + 8)
    peerReceiveBufferBytes = bytes.host32(at: start + 12)
    receivedProducer = SMCSocket.Cursor(at: start + 16, in: bytes)
    receivedConsumer = SMCSocket.Cursor(at: start + 24, in: bytes)
    sentProducer = SMCSocket.Cursor(at: start + 32, in: bytes)
    sentConsumer = SMCSocket.Cursor(at: start + 40, in: bytes)
    receivedProducerFlags = bytes[start + 48]
    receivedStateFlags = bytes[start + 49]
    sentProducerFlags = bytes[start + 50]
    sentStateFlags = bytes[start + 51]
    prepared = SMCSocket.Cursor(at: start + 52, in: bytes)
    sent = SMCSocket.Cursor(at: start + 60, in: bytes)
    confirmed = SMCSocket.Cursor(at: start + 68, in: bytes)
  }
}

extension SMCSocket.Link {
  fileprivate init(at start: Int, in bytes: Span<UInt8>) {
    func text(_ offset: Int, _ count: Int) -> String {
      NetlinkAttribute(type: 0, payload: start + offset..<start + offset + count).text(in: bytes)
    }
    id = bytes[start]
    device = text(1, 64)
    port = bytes[start + 65]
    localGID = text(66, 40)
    peerGID = text(106, 40)
    role = bytes[start + 146]
  }
}

extension SMCSocket.MemoryBuffer {
  fileprivate init(_ payload: Range<Int>, in bytes: Span<UInt8>) {
    let start = payload.lowerBound
    linkID = bytes.host32(at: start)
    peerGID = bytes.host64(at: start + 8)
    localGID = bytes.host64(at: start + 16)
    token = bytes.host64(at: start + 24)
    peerToken = bytes.host64(at: start + 32)
    if payload.count >= SMCSocket.Layout.extendedMemoryBufferByteCount {
      extensions = Extensions(peerGID: bytes.host64(at: start + 40), localGID: bytes.host64(at: start + 48))
    }
  }
}
