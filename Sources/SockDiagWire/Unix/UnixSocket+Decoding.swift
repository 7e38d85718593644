extension UnixSocket {
  /// Offsets in `struct unix_diag_msg`.
  enum Layout {
    /// `sizeof(struct unix_diag_msg)`
    static let byteCount = 16
    static let type = 1
    static let state = 2
    static let inode = 4
    static let cookie = 8
  }

  /// Numbers of attributes. Kernel: `UNIX_DIAG_*`, linux/unix_diag.h.
  enum Attribute: UInt16 {
    case name = 0
    case file = 1
    case peer = 2
    case waitingClients = 3
    case queues = 4
    case memory = 5
    case shutdown = 6
    case uid = 7
  }

  /// Decodes a record and overwrites this one. The memory of the name is reused, so a stream that keeps no record
  /// allocates nothing for names.
  @inline(__always)
  mutating func decode(_ payload: Range<Int>, in bytes: Span<UInt8>) throws(WireError) -> WireError? {
    try bytes.checkRecord(payload, byteCount: Layout.byteCount, of: "a UNIX socket")
    // After this check the compiler knows that all reads below are in bounds.
    let record = bytes.extracting(payload.lowerBound...)
    precondition(record.count >= Layout.byteCount)
    type = SocketType(rawValue: record[Layout.type])
    state = SocketState(rawValue: record[Layout.state])
    inode = record.host32(at: Layout.inode)
    rawCookie = record.hostCookie(at: Layout.cookie).rawValue
    present = .cookie
    clear()
    let fault = bytes.forEachAttribute(payload.lowerBound + Layout.byteCount..<payload.upperBound) { attribute, bytes in
      decode(attribute, in: bytes)
    }
    // Kept until here, because the next name often has the same length.
    if present.isDisjoint(with: [.path, .abstractName]), !nameBytes.isEmpty {
      nameBytes.removeAll(keepingCapacity: true)
    }
    return fault
  }

  /// Makes everything absent that attributes may bring.
  @inline(__always)
  private mutating func clear() {
    source = .sockDiag
    rawShutdown = 0
    rawUID = 0
    rawFile = File(inode: 0, device: 0)
    rawPeerInode = 0
    rawFirstQueue = 0
    rawSecondQueue = 0
    memory = nil
    // Each is rare, and a comparison is cheaper than an assignment.
    if case .unknown = peerName {} else { peerName = .unknown }
    if waitingClients != nil { waitingClients = nil }
    if !unknownAttributes.isEmpty { unknownAttributes = [] }
  }

  /// An attribute with a length that its kind cannot have is kept as unknown.
  @inline(__always)
  private mutating func decode(_ attribute: NetlinkAttribute, in bytes: Span<UInt8>) {
    let start = attribute.payload.lowerBound
    // What the kernel sends with most sockets.
    switch attribute.signature {
    case signature(.peer, 4):
      rawPeerInode = bytes.host32(at: start)
      present.insert(.peer)
    case signature(.queues, 8):
      rawFirstQueue = bytes.host32(at: start)
      rawSecondQueue = bytes.host32(at: start &+ 4)
      // sk_diag_show_rqlen, net/unix/diag.c.
      present.formUnion(state == .listen ? [.connections, .connectionLimit] : .bytes)
    case signature(.shutdown, 1):
      rawShutdown = bytes[start]
      present.insert(.shutdown)
    case signature(.uid, 4):
      rawUID = bytes.host32(at: start)
      present.insert(.uid)
    case signature(.file, 8):
      rawFile = File(inode: bytes.host32(at: start), device: bytes.host32(at: start &+ 4))
      present.insert(.file)
    default: decodeLonger(attribute, in: bytes)
    }
  }

  private mutating func decodeLonger(_ attribute: NetlinkAttribute, in bytes: Span<UInt8>) {
    let payload = attribute.payload
    switch (Attribute(rawValue: attribute.type), payload.count) {
    case (.name, 1...): decodeName(bytes.extracting(payload))
    case (.waitingClients, _) where payload.count.isMultiple(of: 4):
      waitingClients = stride(from: payload.lowerBound, to: payload.upperBound, by: 4).map { bytes.host32(at: $0) }
    case (.memory, 28...36): memory = SocketMemory(payload, in: bytes)
    default:
      unknownAttributes.append(UnknownAttribute(type: attribute.type, payload: bytes.array(payload)))
    }
  }

  /// The bytes of `sun_path`: a NUL begins an abstract name and ends a path.
  private mutating func decodeName(_ bytes: Span<UInt8>) {
    present.subtract([.path, .abstractName])
    if bytes[0] == 0 {
      nameBytes.replaceAll(with: bytes.extracting(droppingFirst: 1))
      present.insert(.abstractName)
    } else {
      nameBytes.replaceAll(with: bytes.extracting(droppingLast: bytes[bytes.count - 1] == 0 ? 1 : 0))
      present.insert(.path)
    }
  }
}

/// An attribute's type with a payload of that length, to compare with ``NetlinkAttribute/signature``.
@inline(__always)
private func signature(_ type: UnixSocket.Attribute, _ byteCount: Int) -> UInt32 {
  NetlinkAttribute.signature(type.rawValue, byteCount: byteCount)
}
