import SockDiagWire
import Testing

/// The fixed record at the start of every reply.
@Suite struct RecordTests {
  @Test func everyFieldOfTheRecordIsRead() throws {
    let socket = try decode(
      .socket(
        .established, timer: (1, 3), local: "192.0.2.1:443", remote: "198.51.100.7:50123", interface: 5,
        cookie: 0xfedc_ba98_7654_3210, expires: 204, queues: (11, 22), uid: 1000, inode: 4_294_967_295))
    #expect(socket.protocol == .tcp)
    #expect(socket.family == .inet)
    #expect(socket.state == .established)
    #expect(socket.timer == SocketTimer(.retransmit, expiresMilliseconds: 204, retransmits: 3))
    #expect(socket.local == "192.0.2.1:443")
    #expect(socket.remote == "198.51.100.7:50123")
    #expect(socket.interfaceIndex == 5)
    #expect(socket.cookie == SocketCookie(rawValue: 0xfedc_ba98_7654_3210))
    #expect(socket.receiveQueue == 11)
    #expect(socket.sendQueue == 22)
    #expect(socket.uid == 1000)
    #expect(socket.inode == .max)
    #expect(socket.source == .sockDiag)
  }

  @Test func fieldsThatWereNotSentAreAbsent() throws {
    let socket = try decode(.socket())
    #expect(socket.timer == nil)
    #expect(socket.shutdown == nil)
    #expect(socket.cgroupID == nil)
    #expect(socket.options == nil)
    #expect(socket.mark == nil)
    #expect(socket.isV6Only == nil)
    #expect(socket.tcpInfo == nil)
    #expect(socket.memory == nil)
    #expect(socket.socketMemory == nil)
    #expect(socket.drops == nil)
    #expect(socket.congestion == nil)
    #expect(socket.congestionInfo == nil)
    #expect(socket.typeOfService == nil)
    #expect(socket.trafficClass == nil)
    #expect(socket.classID == nil)
    #expect(socket.upperLayerProtocol == nil)
    #expect(socket.md5Keys.isEmpty)
    #expect(socket.unknownAttributes.isEmpty)
  }

  @Test func ipv6AddressesAreRead() throws {
    let socket = try decode(
      .socket(family: 10, local: "[fe80::1]:22", remote: "[2001:db8::7]:50123", interface: 2))
    #expect(socket.family == .inet6)
    #expect(socket.local == "[fe80::1]:22")
    #expect(socket.remote == "[2001:db8::7]:50123")
    #expect(socket.local.address.isLinkLocal)
  }

  /// Old kernels leave the other twelve bytes of an IPv4 address uninitialized.
  @Test func bytesAfterAnIPv4AddressAreIgnored() throws {
    var message = MessageBuilder.socket(local: "192.0.2.1:443")
    for offset in 12..<24 { message.payload[offset] = 0xee }
    #expect(try decode(message) == decode(.socket(local: "192.0.2.1:443")))
  }

  @Test func minisocketsHaveNoOwner() throws {
    #expect(try decode(.socket(.timeWait, timer: (3, 0), uid: 0, inode: 0)).uid == nil)
    #expect(try decode(.socket(.synReceived, timer: (1, 0), uid: 0, inode: 0)).uid == nil)
    // An orphan in FIN_WAIT2 that became a TIME_WAIT record.
    #expect(try decode(.socket(.finWait2, timer: (3, 0), uid: 0, inode: 0)).uid == nil)
    #expect(try decode(.socket(.finWait2, timer: (2, 0), uid: 0, inode: 0)).uid == 0)
    #expect(try decode(.socket(.established, uid: 0, inode: 77)).uid == 0)
  }

  /// Events carry their protocol and omit owner and inode, which read as 0.
  @Test func recordOfADestroyedSocketIsClosedAndHasNoOwner() throws {
    let event = try decode(.socket(.close, uid: 0, inode: 0).attribute(10, [6]), as: .unspecified)
    #expect(event.protocol == .tcp)
    #expect(event.state == .close)
    #expect(event.uid == nil)
    #expect(try decode(.socket(queues: (3, .max), uid: 0, inode: 0).attribute(10, [17])).sendQueue == 0)
    #expect(try decode(.socket(queues: (3, 4), uid: 0, inode: 0).attribute(10, [6])).sendQueue == 4)
    #expect(try decode(.socket(queues: (3, .max))).sendQueue == .max)
    // A raw socket carries its protocol too.
    #expect(try decode(.socket(.close, uid: 0, inode: 5).attribute(10, [1]), as: .unspecified).uid == 0)
  }

  @Test func listenerHasAnAcceptQueue() throws {
    let listener = try decode(.socket(.listen, remote: "0.0.0.0:0", queues: (3, 128)))
    #expect(listener.acceptQueueLength == 3)
    #expect(listener.acceptQueueLimit == 128)
    let connection = try decode(.socket(.established, queues: (3, 128)))
    #expect(connection.acceptQueueLength == nil)
    #expect(connection.acceptQueueLimit == nil)
  }

  /// The kernel reports TCP_CLOSE for a socket that is bound, does not listen and is not connected.
  @Test func closedTCPSocketWithAPortIsBoundInactive() throws {
    #expect(try decode(.socket(.close, local: "0.0.0.0:80", inode: 5)).state == .boundInactive)
    #expect(try decode(.socket(.close, local: "0.0.0.0:80", inode: 0)).state == .close)
    #expect(try decode(.socket(.close, local: "0.0.0.0:0", inode: 5)).state == .close)
    #expect(try decode(.socket(.close, local: "0.0.0.0:53", inode: 5), as: .udp).state == .close)
  }

  /// Kernels before 5.4 subtract without checking which time is later.
  @Test(
    arguments: [
      (0, 0), (1, 1), (0x7fff_ffff, 0x7fff_ffff), (0x8000_0000, 0), (.max - 3, 0), (.max, 0),
    ] as [(UInt32, UInt32)])
  func overdueTimerHasNoTimeLeft(_ sent: UInt32, _ left: UInt32) throws {
    let timer = try #require(try decode(.socket(timer: (1, 1), expires: sent)).timer)
    #expect(timer.expiresMilliseconds == left)
    #expect(timer.expires == .milliseconds(Int64(left)))
  }

  @Test func unknownStatesFamiliesAndTimersAreKept() throws {
    let socket = try decode(.socket(SocketState(rawValue: 99), family: 77, timer: (5, 1), expires: 40))
    #expect(socket.state.rawValue == 99)
    #expect(socket.family.rawValue == 77)
    #expect(socket.timer?.kind == .delayedAcknowledgement)
    #expect(try decode(.socket(timer: (200, 1))).timer?.kind.rawValue == 200)
  }

  @Test(arguments: 0..<72) func truncatedRecordIsRefused(count: Int) {
    var message = MessageBuilder.socket()
    message.payload = Array(message.payload.prefix(count))
    #expect { try decode(message) } throws: {
      ($0 as? WireError)?.code == .structureLength && ($0 as? WireError)?.offset == 16
    }
  }

  @Test func nothingOfThePreviousSocketRemains() throws {
    let rich = MessageBuilder.socket(timer: (1, 1), interface: 3).attribute(8, [3]).attribute(15, 9).attribute(11, [1])
      .attribute(21, [1, 2, 3, 4, 5, 6, 7, 8]).attribute(22, [1, 1]).attribute(4, Array("cubic\0".utf8)).bytes
    let plain = MessageBuilder.socket().bytes
    var decoder = InetDecoder()
    var socket = InetSocket()
    _ = try decoder.decode(16..<rich.count, in: rich.span, protocol: .tcp, into: &socket)
    let kept = socket
    _ = try decoder.decode(16..<plain.count, in: plain.span, protocol: .tcp, into: &socket)
    #expect(socket == (try decode(.socket())))
    // A copy of the value does not change when the decoder reuses its storage.
    _ = try decoder.decode(16..<rich.count, in: rich.span, protocol: .tcp, into: &socket)
    #expect(kept == socket)
    #expect(kept.congestion == "cubic")
  }
}
