extension VSockSocket {
  /// Offsets in `struct vsock_diag_msg`.
  enum Layout {
    /// `sizeof(struct vsock_diag_msg)`
    static let byteCount = 32
    static let type = 1
    static let state = 2
    static let shutdown = 3
    static let local = 4
    static let remote = 12
    static let inode = 20
    static let cookie = 24
  }

  mutating func decode(_ payload: Range<Int>, in bytes: Span<UInt8>) throws(WireError) -> WireError? {
    let start = payload.lowerBound
    try bytes.checkRecord(payload, byteCount: Layout.byteCount, of: "a vsock socket")
    self = VSockSocket()
    type = SocketType(rawValue: bytes[start + Layout.type])
    state = SocketState(rawValue: bytes[start + Layout.state])
    shutdown = ShutdownSides(rawValue: bytes[start + Layout.shutdown])
    local = VSockAddress(at: start + Layout.local, in: bytes)
    remote = VSockAddress(at: start + Layout.remote, in: bytes)
    inode = bytes.host32(at: start + Layout.inode)
    cookie = bytes.hostCookie(at: start + Layout.cookie)
    return bytes.forEachAttribute(start + Layout.byteCount..<payload.upperBound) { attribute, bytes in
      unknownAttributes.append(UnknownAttribute(type: attribute.type, payload: bytes.array(attribute.payload)))
    }
  }
}

extension VSockAddress {
  fileprivate init(at start: Int, in bytes: Span<UInt8>) {
    self.init(contextID: bytes.host32(at: start), port: bytes.host32(at: start + 4))
  }
}
