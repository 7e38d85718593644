import SockDiagTestKit
import SockDiagTesting
import SockDiagWire
import Testing

/// The bytes of requests, beside those that other programs send.
@Suite struct RequestEncodingTests {
  private static let captures = CaptureFiles.captures(in: "captures").filter { $0.hasSuffix(".pcap") }

  /// Requests of this library and of `ss`, as they were captured.
  private static func requests(in capture: String) throws -> [[UInt8]] {
    let bytes = try CaptureFiles.bytes(capture)
    return try readCapture(bytes).packets.filter { $0.direction == .toKernel && $0.netlinkFamily == .sockDiag }
      .map { Array(bytes[$0.range]) }
  }

  @Test(arguments: captures)
  func aDecodedRequestEncodesToTheBytesThatWereCaptured(_ capture: String) throws {
    for captured in try Self.requests(in: capture) {
      var cursor = NetlinkCursor(0..<captured.count)
      let message = try #require(try cursor.next(in: captured.span))
      // Other families have requests of their own. The legacy message may leave the family open.
      guard [0, 2, 10].contains(captured[message.payload.lowerBound]) else { continue }
      let request = try InetRequest(message, in: captured.span)
      var encoded: [UInt8] = [1, 2, 3]
      try request.encode(sequence: message.header.sequence, into: &encoded)
      #expect(encoded == captured, "\(request)")
    }
  }

  @Test func theCapturesHaveRequests() throws {
    #expect(try Self.captures.flatMap(Self.requests).count > 10)
  }

  // MARK: Byte by byte, in the order of linux/inet_diag.h

  private static func encoded(_ request: some NetlinkRequest, sequence: UInt32 = 9) throws -> [UInt8] {
    var message: [UInt8] = []
    try request.encode(sequence: sequence, into: &message)
    return message
  }

  private static func expected(_ type: UInt16, _ flags: UInt16, _ payload: [UInt8]) -> [UInt8] {
    NetlinkBytes.message(
      NetlinkMessageType(rawValue: type), flags: NetlinkFlags(rawValue: flags), sequence: 9, portID: 0,
      payload: payload
    ).bytes
  }

  private static let zeros = [UInt8](repeating: 0, count: 16)

  @Test func aDestroyIsAnExactRequestThatWantsAnAcknowledgement() throws {
    var request = InetRequest(.destroy, .tcp, .inet6)
    request.local = "[fe80::1]:443"
    request.remote = "[fe80::2]:50000"
    request.interfaceIndex = 3
    request.cookie = SocketCookie(rawValue: 0x1122_3344_5566_7788)
    let address: [UInt8] = [0xfe, 0x80] + [UInt8](repeating: 0, count: 13)
    var payload = NetlinkBytes()
    payload.bytes = [10, 6, 0, 0, 0, 0, 0, 0, 0x01, 0xbb, 0xc3, 0x50] + address + [1] + address + [2]
    payload.append(UInt32(3))
    payload.append(UInt32(0x5566_7788))
    payload.append(UInt32(0x1122_3344))
    // SOCK_DESTROY; NLM_F_REQUEST and NLM_F_ACK.
    #expect(try Self.encoded(request) == Self.expected(21, 5, payload.bytes))
  }

  @Test func aGetHasNoFlagsAndAnIPv4AddressInTheFirstWord() throws {
    var request = InetRequest(.get, .udp, .inet)
    request.local = "127.0.0.1:53"
    request.details = .socketMemory
    let payload =
      [2, 17, 0x40, 0, 0, 0, 0, 0, 0, 53, 0, 0, 127, 0, 0, 1] + Self.zeros.dropFirst(4) + Self.zeros + [0, 0, 0, 0]
      + [UInt8](repeating: 0xff, count: 8)
    #expect(try Self.encoded(request) == Self.expected(20, 1, payload))
  }

  /// `struct inet_diag_req` has the states behind the id, and no protocol.
  @Test func bothFamiliesAreTheLegacyMessage() throws {
    var request = InetRequest(.dump, .tcp, nil)
    request.states = .listen
    request.details = .tcpInfo
    let id = [0, 0, 0, 0] + Self.zeros + Self.zeros + [0, 0, 0, 0] + [UInt8](repeating: 0xff, count: 8)
    var payload = NetlinkBytes()
    payload.bytes = [0, 0, 0, 2] + id
    payload.append(UInt32(1 << 10))
    payload.append(UInt32(0))
    #expect(try Self.encoded(request) == Self.expected(18, 0x301, payload.bytes))

    request.protocol = .udp
    var attribute = NetlinkBytes()
    attribute.append(UInt32(17))
    let other = try Self.encoded(request)
    #expect(other.suffix(8) == NetlinkBytes.attribute(3, attribute.bytes)[...])
    #expect(other.count == 16 + 60 + 8)
  }

  @Test func aProtocolAbove255IsAnAttributeAndNotCut() throws {
    let message = try Self.encoded(InetRequest(.dump, .mptcp, .inet))
    #expect(message[17] == 0)
    var attribute = NetlinkBytes()
    attribute.append(UInt32(262))
    #expect(message.suffix(8) == NetlinkBytes.attribute(3, attribute.bytes)[...])
  }

  @Test func aProgramIsAnAttribute() throws {
    var request = InetRequest(.dump, .tcp, .inet)
    request.bytecode = [1, 4, 8, 0]
    let message = try Self.encoded(request)
    #expect(message.suffix(8) == NetlinkBytes.attribute(1, request.bytecode)[...])
    #expect(message.count == 16 + 56 + 8)
  }

  @Test func aProgramLongerThanAnAttributeIsRefused() throws {
    var request = InetRequest(.dump, .tcp, .inet)
    request.bytecode = [UInt8](repeating: 0, count: 65_531)
    #expect(try Self.encoded(request).count == 16 + 56 + 65_536)
    request.bytecode.append(0)
    #expect(throws: NetlinkRequestFault.attributeTooLong) { try Self.encoded(request) }
  }

  @Test func aDestroyWithoutCookieIsRefused() throws {
    #expect(throws: NetlinkRequestFault.destroyWithoutCookie) { try Self.encoded(InetRequest(.destroy, .tcp, .inet)) }
  }

  @Test func aBufferIsReusedWithoutAllocation() throws {
    var message: [UInt8] = []
    message.reserveCapacity(1024)
    let capacity = message.capacity
    for sequence in 1...3 as ClosedRange<UInt32> {
      try InetRequest(.dump, .tcp, nil).encode(sequence: sequence, into: &message)
      #expect(message.count == 76 && message[8] == UInt8(sequence))
    }
    #expect(message.capacity == capacity)
  }

  @Test func routeRequestsAreDumpsOfOneFamily() throws {
    #expect(try Self.encoded(RouteRequest.links) == Self.expected(18, 0x301, [0, 0, 0, 0]))
    #expect(try Self.encoded(RouteRequest.addresses(.inet6)) == Self.expected(22, 0x301, [10, 0, 0, 0]))
  }
}
