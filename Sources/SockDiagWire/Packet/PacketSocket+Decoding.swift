extension PacketSocket {
  /// Offsets in `struct packet_diag_msg`.
  enum Layout {
    /// `sizeof(struct packet_diag_msg)`
    static let byteCount = 16
    static let type = 1
    static let number = 2
    static let inode = 4
    static let cookie = 8
    /// `sizeof(struct packet_diag_info)`
    static let infoByteCount = 24
    /// `sizeof(struct packet_diag_mclist)`
    static let membershipByteCount = 44
    /// `MAX_ADDR_LEN`
    static let longestAddress = 32
    /// `sizeof(struct packet_diag_ring)`
    static let ringByteCount = 28
    /// `sizeof(struct sock_filter)`
    static let instructionByteCount = 8
  }

  /// Numbers of attributes. Kernel: `PACKET_DIAG_*`, linux/packet_diag.h.
  enum Attribute: UInt16 {
    case info = 0
    case memberships = 1
    case receiveRing = 2
    case sendRing = 3
    case fanout = 4
    case uid = 5
    case memory = 6
    case filter = 7
  }

  mutating func decode(_ payload: Range<Int>, in bytes: Span<UInt8>) throws(WireError) -> WireError? {
    let start = payload.lowerBound
    try bytes.checkRecord(payload, byteCount: Layout.byteCount, of: "a packet socket")
    self = PacketSocket()
    type = SocketType(rawValue: bytes[start + Layout.type])
    `protocol` = LinkProtocol(rawValue: bytes.host16(at: start + Layout.number))
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
      info = Info(at: start, in: bytes)
      return payload.count == Layout.infoByteCount
    case (.memberships, _) where payload.count.isMultiple(of: Layout.membershipByteCount):
      guard let list = Self.memberships(payload, in: bytes) else { return false }
      memberships = list
    case (.receiveRing, Layout.ringByteCount...):
      receiveRing = Ring(at: start, in: bytes)
      return payload.count == Layout.ringByteCount
    case (.sendRing, Layout.ringByteCount...):
      sendRing = Ring(at: start, in: bytes)
      return payload.count == Layout.ringByteCount
    case (.fanout, 4):
      let value = bytes.host32(at: start)
      fanout = Fanout(
        id: UInt16(truncatingIfNeeded: value), method: Fanout.Method(rawValue: UInt16(truncatingIfNeeded: value >> 16)))
    case (.uid, 4): uid = bytes.host32(at: start)
    case (.memory, 28...):
      memory = SocketMemory(payload, in: bytes)
      return payload.count <= 36 && payload.count.isMultiple(of: 4)
    // The kernel reserves an empty attribute for whoever may not see the program, even if there is none.
    case (.filter, 0): filter = .hidden
    case (.filter, _) where payload.count.isMultiple(of: Layout.instructionByteCount):
      filter = .program(
        stride(from: start, to: payload.upperBound, by: Layout.instructionByteCount).map { offset in
          ClassicBPFInstruction(
            code: bytes.host16(at: offset), jumpIfTrue: bytes[offset + 2], jumpIfFalse: bytes[offset + 3],
            operand: bytes.host32(at: offset + 4))
        })
    default: return false
    }
    return true
  }

  /// `nil` if an address is longer than the space for it.
  private static func memberships(_ payload: Range<Int>, in bytes: Span<UInt8>) -> [Membership]? {
    var list: [Membership] = []
    for start in stride(from: payload.lowerBound, to: payload.upperBound, by: Layout.membershipByteCount) {
      let length = Int(bytes.host16(at: start + 10))
      guard length <= Layout.longestAddress else { return nil }
      list.append(
        Membership(
          interfaceIndex: bytes.host32(at: start), count: bytes.host32(at: start + 4),
          kind: Membership.Kind(rawValue: bytes.host16(at: start + 8)),
          address: bytes.array(start + 12..<start + 12 + length)))
    }
    return list
  }
}

extension PacketSocket.Info {
  fileprivate init(at start: Int, in bytes: Span<UInt8>) {
    interfaceIndex = bytes.host32(at: start)
    ringVersion = bytes.host32(at: start + 4)
    reservedBytes = bytes.host32(at: start + 8)
    copyThreshold = bytes.host32(at: start + 12)
    timestamping = bytes.host32(at: start + 16)
    flags = PacketSocket.Flags(rawValue: bytes.host32(at: start + 20))
  }
}

extension PacketSocket.Ring {
  fileprivate init(at start: Int, in bytes: Span<UInt8>) {
    blockBytes = bytes.host32(at: start)
    blockCount = bytes.host32(at: start + 4)
    frameBytes = bytes.host32(at: start + 8)
    frameCount = bytes.host32(at: start + 12)
    retireTimeoutMilliseconds = bytes.host32(at: start + 16)
    privateBytes = bytes.host32(at: start + 20)
    features = bytes.host32(at: start + 24)
  }
}
