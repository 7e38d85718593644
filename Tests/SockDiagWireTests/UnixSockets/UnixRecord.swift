import SockDiagWire

/// A record of a UNIX socket in the kernel's layout.
enum UnixRecord {
  /// The fixed part: `struct unix_diag_msg`.
  static func bare(
    type: UInt8 = 1, state: UInt8 = 1, inode: UInt32 = 31_337, cookie: UInt64 = 0x1_89ab_cdef
  ) -> MessageBuilder {
    var message = MessageBuilder()
    message.payload = [1, type, state, 0]
    for word in [inode, UInt32(truncatingIfNeeded: cookie), UInt32(cookie >> 32)] { message.payload += word.memory }
    return message
  }

  /// All attributes of 6.18, in the kernel's order. The path ends with a NUL, as the kernel sends it.
  static func full(type: UInt8 = 1, state: UInt8 = 1, name: [UInt8] = Array("/run/app.sock\0".utf8)) -> MessageBuilder {
    bare(type: type, state: state)
      .attribute(0, name).attribute(1, 4711, 0x80_0001).attribute(2, 31_338).attribute(3, 7, 8, 9)
      .attribute(4, 4352, 768).attribute(5, 4352, 212_992, 768, 212_993, 1, 2, 3, 4, 5)
      .attribute(7, 1000 as UInt32).attribute(6, [1])
  }

  static func decode(_ message: MessageBuilder) throws(WireError) -> (socket: UnixSocket, fault: WireError?) {
    var socket = UnixSocket()
    let fault = try Unix.decode(
      0..<message.payload.count, in: message.payload.span, answering: UnixSocketRequest(), into: &socket)
    return (socket, fault)
  }

  /// Names of every kind that is hard to show, as bytes of `sun_path` in a message.
  static let hardNames: [[UInt8]] = [
    Array("/tmp/two\nlines\u{1b}[31m\0".utf8), Array("/tmp/\"quoted\" 'name' \\ and blanks\0".utf8),
    Array("@looks/abstract\0".utf8), Array("*\0".utf8), Array("/tmp/[a-z]?*\0".utf8), [0xff, 0xfe, 0x80, 0],
    Array("/tmp/größe-\u{202e}\u{85}\0".utf8), [0], [0, 0], [0, 0, 0x1b, 0x5d, 0x07, 0xc3], Array("\0a\0b\0\0".utf8),
    Array("\0@at".utf8), [0] + (0..<107).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 128) }, Array("\0/x".utf8),
    (0..<108).map { UInt8($0 == 46 ? 47 : $0 + 1) } + [0], [UInt8](repeating: 0x2a, count: 108) + [0],
  ]
}
