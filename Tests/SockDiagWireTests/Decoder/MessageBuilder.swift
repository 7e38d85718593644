import SockDiagWire

/// Builds a netlink message in the kernel's layout.
struct MessageBuilder {
  var type: UInt16 = 20
  var flags: UInt16 = 2
  var sequence: UInt32 = 7
  var portID: UInt32 = 4711
  /// The length in the header, if it is not the true length.
  var claimedLength: UInt32?
  var payload: [UInt8] = []

  /// The message without padding after it.
  var bytes: [UInt8] {
    let length = claimedLength ?? UInt32(16 + payload.count)
    return length.memory + type.memory + flags.memory + sequence.memory + portID.memory + payload
  }

  /// The message padded to a multiple of four, as among others.
  var padded: [UInt8] { bytes + [UInt8](repeating: 0, count: (4 - payload.count % 4) % 4) }

  /// Appends an attribute with its padding.
  func attribute(_ type: UInt16, _ payload: [UInt8], claimedLength: UInt16? = nil) -> MessageBuilder {
    appending(Self.attribute(type, payload, claimedLength: claimedLength))
  }

  func attribute(_ type: UInt16, _ numbers: UInt32...) -> MessageBuilder {
    attribute(type, numbers.flatMap(\.memory))
  }

  /// Appends a nest of attributes.
  func nest(_ type: UInt16, _ attributes: [[UInt8]]) -> MessageBuilder {
    // NLA_F_NESTED.
    attribute(type | 0x8000, attributes.flatMap { $0 })
  }

  func appending(_ bytes: [UInt8]) -> MessageBuilder {
    var copy = self
    copy.payload += bytes
    return copy
  }

  static func attribute(_ type: UInt16, _ payload: [UInt8], claimedLength: UInt16? = nil) -> [UInt8] {
    let length = claimedLength ?? UInt16(4 + payload.count)
    return length.memory + type.memory + payload + [UInt8](repeating: 0, count: (4 - payload.count % 4) % 4)
  }
}

extension MessageBuilder {
  /// A reply about a socket: `struct inet_diag_msg`.
  static func socket(
    _ state: SocketState = .established, family: UInt8 = 2, timer: (kind: UInt8, retransmits: UInt8) = (0, 0),
    local: SocketAddress = "192.0.2.1:443", remote: SocketAddress = "198.51.100.7:50123", interface: UInt32 = 0,
    cookie: UInt64 = 0x1122_3344_5566_7788, expires: UInt32 = 0, queues: (receive: UInt32, send: UInt32) = (0, 0),
    uid: UInt32 = 1000, inode: UInt32 = 31337
  ) -> MessageBuilder {
    var message = MessageBuilder()
    message.payload =
      [family, state.rawValue, timer.kind, timer.retransmits] + sockid(local, remote, interface, cookie)
      + expires.memory + queues.receive.memory + queues.send.memory + uid.memory + inode.memory
    return message
  }

  /// `struct inet_diag_sockid`.
  static func sockid(
    _ local: SocketAddress, _ remote: SocketAddress, _ interface: UInt32, _ cookie: UInt64
  ) -> [UInt8] {
    local.port.bigEndian.memory + remote.port.bigEndian.memory + field(local.address) + field(remote.address)
      + interface.memory + UInt32(truncatingIfNeeded: cookie).memory + UInt32(cookie >> 32).memory
  }

  private static func field(_ address: IPAddress) -> [UInt8] {
    address.bytes + [UInt8](repeating: 0, count: 16 - address.bytes.count)
  }

  /// A request for a dump: `struct inet_diag_req_v2`.
  static func request(_ protocol: TransportProtocol, family: UInt8 = 2, sequence: UInt32 = 7) -> MessageBuilder {
    var message = MessageBuilder(flags: 0x301, sequence: sequence, portID: 0)
    message.payload =
      [family, UInt8(`protocol`.rawValue), 0x7f, 0] + UInt32(0xfff).memory
      + sockid("0.0.0.0:0", "0.0.0.0:0", 0, .max)
    return message
  }

  /// A request for both families: `struct inet_diag_req`, with the protocol as an attribute.
  static func legacyRequest(_ protocol: TransportProtocol, sequence: UInt32 = 7) -> MessageBuilder {
    var message = MessageBuilder(type: 18, flags: 0x301, sequence: sequence, portID: 0)
    message.payload =
      [0, 0, 0, 0x7f] + sockid("0.0.0.0:0", "0.0.0.0:0", 0, .max) + UInt32(0xfff).memory + UInt32(0).memory
    return `protocol` == .tcp ? message : message.attribute(3, UInt32(`protocol`.rawValue))
  }

  /// A request to destroy a socket.
  static func destruction(_ protocol: TransportProtocol, sequence: UInt32 = 7) -> MessageBuilder {
    var message = request(`protocol`, sequence: sequence)
    (message.type, message.flags) = (21, 5)
    return message
  }

  /// The end of a dump.
  static func done(_ result: Int32 = 0) -> MessageBuilder {
    MessageBuilder(type: 3, payload: result.memory)
  }

  /// A refusal: `struct nlmsgerr` that repeats the request's header only.
  static func error(_ result: Int32, flags: UInt16 = 0x100) -> MessageBuilder {
    MessageBuilder(type: 2, flags: flags, payload: result.memory + [UInt8](repeating: 0, count: 16))
  }
}

extension FixedWidthInteger {
  /// The bytes of the number in the order of memory.
  var memory: [UInt8] {
    let littleEndian = self.littleEndian
    return (0..<Self.bitWidth / 8).map { UInt8(truncatingIfNeeded: littleEndian >> ($0 * 8)) }
  }
}

/// Decodes a message as the reader does, and returns the fault in its attributes.
func decodeWithFault(
  _ message: MessageBuilder, as protocol: TransportProtocol = .tcp
) throws -> (socket: InetSocket, fault: WireError?) {
  let bytes = message.bytes
  var decoder = InetDecoder()
  var socket = InetSocket()
  let fault = try decoder.decode(16..<bytes.count, in: bytes.span, protocol: `protocol`, into: &socket)
  return (socket, fault)
}

/// Decodes a message that must have no fault.
func decode(_ message: MessageBuilder, as protocol: TransportProtocol = .tcp) throws -> InetSocket {
  let (socket, fault) = try decodeWithFault(message, as: `protocol`)
  if let fault { throw fault }
  return socket
}
