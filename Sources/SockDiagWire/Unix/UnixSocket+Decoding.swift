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

  mutating func decode(_ payload: Range<Int>, in bytes: Span<UInt8>) throws(WireError) -> WireError? {
    let start = payload.lowerBound
    try bytes.checkRecord(payload, byteCount: Layout.byteCount, of: "a UNIX socket")
    self = UnixSocket()
    type = SocketType(rawValue: bytes[start + Layout.type])
    state = SocketState(rawValue: bytes[start + Layout.state])
    inode = bytes.host32(at: start + Layout.inode)
    cookie = bytes.hostCookie(at: start + Layout.cookie)
    return bytes.forEachAttribute(start + Layout.byteCount..<payload.upperBound) { attribute, bytes in
      decode(attribute, in: bytes)
    }
  }

  /// An attribute with a length that its kind cannot have is kept as unknown.
  @inline(__always)
  private mutating func decode(_ attribute: NetlinkAttribute, in bytes: Span<UInt8>) {
    let payload = attribute.payload
    let start = payload.lowerBound
    switch (Attribute(rawValue: attribute.type), payload.count) {
    case (.name, 1...): name = UnixSocketName(payload, in: bytes)
    case (.file, 8): file = File(inode: bytes.host32(at: start), device: bytes.host32(at: start &+ 4))
    case (.peer, 4): peer = Peer(inode: bytes.host32(at: start))
    case (.waitingClients, _) where payload.count.isMultiple(of: 4):
      waitingClients = stride(from: start, to: payload.upperBound, by: 4).map { bytes.host32(at: $0) }
    case (.queues, 8):
      let (first, second) = (bytes.host32(at: start), bytes.host32(at: start &+ 4))
      // sk_diag_show_rqlen, net/unix/diag.c.
      queues =
        state == .listen ? .connections(waiting: first, limit: second) : .bytes(received: first, unsent: second)
    case (.memory, 28...36): memory = SocketMemory(payload, in: bytes)
    case (.shutdown, 1): shutdown = ShutdownSides(rawValue: bytes[start])
    case (.uid, 4): uid = bytes.host32(at: start)
    default:
      unknownAttributes.append(UnknownAttribute(type: attribute.type, payload: bytes.array(payload)))
    }
  }
}
