extension XDPSocket {
  /// Offsets in `struct xdp_diag_msg`.
  enum Layout {
    /// `sizeof(struct xdp_diag_msg)`
    static let byteCount = 16
    static let type = 1
    static let inode = 4
    static let cookie = 8
    /// `sizeof(struct xdp_diag_info)`
    static let infoByteCount = 8
    /// `sizeof(struct xdp_diag_umem)`
    static let userMemoryByteCount = 40
    /// `sizeof(struct xdp_diag_stats)`
    static let statisticsByteCount = 48
  }

  /// Numbers of attributes. Kernel: `XDP_DIAG_*`, linux/xdp_diag.h.
  enum Attribute: UInt16 {
    case info = 1
    case uid = 2
    case receiveRing = 3
    case sendRing = 4
    case userMemory = 5
    case fillRing = 6
    case completionRing = 7
    case memory = 8
    case statistics = 9
  }

  mutating func decode(_ payload: Range<Int>, in bytes: Span<UInt8>) throws(WireError) -> WireError? {
    let start = payload.lowerBound
    try bytes.checkRecord(payload, byteCount: Layout.byteCount, of: "an XDP socket")
    self = XDPSocket()
    type = SocketType(rawValue: bytes[start + Layout.type])
    inode = bytes.host32(at: start + Layout.inode)
    cookie = bytes.hostCookie(at: start + Layout.cookie)
    return bytes.forEachAttribute(start + Layout.byteCount..<payload.upperBound) { attribute, bytes in
      // Kept as well if it is longer than what is decoded, so that nothing the kernel said is lost.
      if !decode(attribute, in: bytes) {
        unknownAttributes.append(UnknownAttribute(type: attribute.type, payload: bytes.array(attribute.payload)))
      }
    }
  }

  /// Returns whether the attribute is known and decoded completely.
  private mutating func decode(_ attribute: NetlinkAttribute, in bytes: Span<UInt8>) -> Bool {
    let payload = attribute.payload
    let start = payload.lowerBound
    switch (Attribute(rawValue: attribute.type), payload.count) {
    case (.info, Layout.infoByteCount...):
      queue = DeviceQueue(interfaceIndex: bytes.host32(at: start), number: bytes.host32(at: start + 4))
      return payload.count == Layout.infoByteCount
    case (.userMemory, Layout.userMemoryByteCount...):
      userMemory = UserMemory(at: start, in: bytes)
      return payload.count == Layout.userMemoryByteCount
    case (.statistics, Layout.statisticsByteCount...):
      statistics = Statistics(at: start, in: bytes)
      return payload.count == Layout.statisticsByteCount
    case (.memory, 28...):
      memory = SocketMemory(payload, in: bytes)
      return payload.count <= 36 && payload.count.isMultiple(of: 4)
    case (.uid, 4): uid = bytes.host32(at: start)
    case (.receiveRing, 4): receiveRingEntries = bytes.host32(at: start)
    case (.sendRing, 4): sendRingEntries = bytes.host32(at: start)
    case (.fillRing, 4): fillRingEntries = bytes.host32(at: start)
    case (.completionRing, 4): completionRingEntries = bytes.host32(at: start)
    default: return false
    }
    return true
  }
}

extension XDPSocket.UserMemory {
  fileprivate init(at start: Int, in bytes: Span<UInt8>) {
    self.bytes = bytes.host64(at: start)
    id = bytes.host32(at: start + 8)
    pageCount = bytes.host32(at: start + 12)
    chunkBytes = bytes.host32(at: start + 16)
    headroomBytes = bytes.host32(at: start + 20)
    queue = XDPSocket.DeviceQueue(
      interfaceIndex: bytes.host32(at: start + 24), number: bytes.host32(at: start + 28))
    flags = Flags(rawValue: bytes.host32(at: start + 32))
    references = bytes.host32(at: start + 36)
  }
}

extension XDPSocket.Statistics {
  fileprivate init(at start: Int, in bytes: Span<UInt8>) {
    receiveDropped = bytes.host64(at: start)
    receiveInvalid = bytes.host64(at: start + 8)
    receiveRingFull = bytes.host64(at: start + 16)
    fillRingEmpty = bytes.host64(at: start + 24)
    sendInvalid = bytes.host64(at: start + 32)
    sendRingEmpty = bytes.host64(at: start + 40)
  }
}
