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
    guard payload.count >= Layout.byteCount, start >= 0, payload.upperBound <= bytes.count else {
      throw WireError(
        .structureLength, at: start,
        "a vsock socket has \(payload.count) bytes, expected at least \(Layout.byteCount)")
    }
    self = VSockSocket()
    type = SocketType(rawValue: bytes[start + Layout.type])
    state = SocketState(rawValue: bytes[start + Layout.state])
    shutdown = ShutdownSides(rawValue: bytes[start + Layout.shutdown])
    local = VSockAddress(at: start + Layout.local, in: bytes)
    remote = VSockAddress(at: start + Layout.remote, in: bytes)
    inode = bytes.host32(at: start + Layout.inode)
    cookie = bytes.hostCookie(at: start + Layout.cookie)
    var cursor = NetlinkAttributeCursor(start + Layout.byteCount..<payload.upperBound)
    do throws(WireError) {
      while let attribute = try cursor.next(in: bytes) {
        unknownAttributes.append(UnknownAttribute(type: attribute.type, payload: bytes.array(attribute.payload)))
      }
    } catch {
      return error
    }
    return nil
  }
}

extension VSockAddress {
  fileprivate init(at start: Int, in bytes: Span<UInt8>) {
    self.init(contextID: bytes.host32(at: start), port: bytes.host32(at: start + 4))
  }
}
