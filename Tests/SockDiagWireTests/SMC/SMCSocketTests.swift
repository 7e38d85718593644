import SockDiagWire
import Testing

/// SMC sockets: requests and records as bytes, text, JSON and filters.
@Suite struct SMCSocketTests {
  private typealias Trial = FamilyTrial<SMC>
  private static let request = SMCSocketRequest()

  /// `struct smc_diag_msg`
  private static func fixed(
    state: UInt8 = 1, mode: UInt8 = 1, local: SocketAddress = "127.0.0.1:1700",
    remote: SocketAddress = "192.0.2.9:39458",
    interface: UInt32 = 2, inode: UInt64 = 31_337
  ) -> MessageBuilder {
    var message = MessageBuilder()
    message.payload =
      [43, state, mode, 0] + MessageBuilder.sockid(local, remote, interface, 0x1_89ab_cdef) + UInt32(1000).memory
      + inode.memory
    return message
  }

  /// A record with every attribute.
  private static func record() -> MessageBuilder {
    let words = { (numbers: [UInt32]) in numbers.flatMap(\.memory) }
    let cursor = { (wraps: UInt16, offset: UInt32) in UInt16(9).memory + wraps.memory + offset.memory }
    let connection =
      words([77, 65_536, 131_072, 262_144]) + cursor(1, 2) + cursor(3, 4) + cursor(5, 6) + cursor(7, 8)
      + [0x10, 0x20, 0x30, 0x40] + cursor(9, 10) + cursor(11, 12) + cursor(.max, .max)
    let link =
      [3] + text("mlx5_0", 64) + [1] + text("fe80::1", 40) + text("fe80::2", 40) + [1]
    let memory = words([5, 0]) + ([6, 7, 8, 9, 10, 11] as [UInt64]).flatMap(\.memory)
    return fixed().attribute(3, [3]).attribute(5, 0x0500_0000, 0x0303_0000).attribute(1, connection).attribute(2, link)
      .attribute(4, memory)
  }

  private static func text(_ text: String, _ count: Int) -> [UInt8] {
    Array(text.utf8) + [UInt8](repeating: 0, count: count - text.utf8.count)
  }

  /// The payload of a record with every attribute.
  static var sample: [UInt8] { record().payload }

  private static func decode(_ message: MessageBuilder) throws -> SMCSocket {
    try Trial.sound(message.payload, request)
  }

  @Test func requestHasTheLayoutOfTheKernelsStructure() throws {
    let id = [UInt8](repeating: 0, count: 48)
    #expect(try encodedRequest(SMCSocketRequest()) == expectedDump([43, 0, 0, 0x0b] + id))
    #expect(try encodedRequest(SMCSocketRequest(details: .link)) == expectedDump([43, 0, 0, 2] + id))
  }

  @Test func recordHasAllMembers() throws {
    let socket = try Self.decode(Self.record())
    #expect((socket.smcState, socket.state, socket.mode) == (.active, .established, .tcp))
    #expect((socket.local, socket.remote) == ("127.0.0.1:1700", "192.0.2.9:39458"))
    #expect((socket.interfaceIndex, socket.uid, socket.inode) == (2, 1000, 31_337))
    #expect((socket.cookie?.rawValue, socket.shutdown) == (0x1_89ab_cdef, [.receive, .send]))
    #expect(socket.fallback?.reason.explanation == "the peer declined")
    #expect(socket.fallback?.peerReason == .noDevice)
    let connection = try #require(socket.connection)
    #expect((connection.token, connection.sendBufferBytes, connection.receiveBufferBytes) == (77, 65_536, 131_072))
    #expect(connection.peerReceiveBufferBytes == 262_144)
    let cursors = [
      connection.receivedProducer, connection.receivedConsumer, connection.sentProducer, connection.sentConsumer,
      connection.prepared, connection.sent, connection.confirmed,
    ]
    #expect(cursors.map(\.wraps) == [1, 3, 5, 7, 9, 11, .max])
    #expect(cursors.map(\.offset) == [2, 4, 6, 8, 10, 12, .max])
    #expect((connection.receivedProducerFlags, connection.receivedStateFlags) == (0x10, 0x20))
    #expect((connection.sentProducerFlags, connection.sentStateFlags) == (0x30, 0x40))
    let link = try #require(socket.link)
    #expect((link.id, link.device, link.port, link.role) == (3, "mlx5_0", 1, 1))
    #expect((link.localGID, link.peerGID) == ("fe80::1", "fe80::2"))
    let memory = try #require(socket.memoryBuffer)
    #expect((memory.linkID, memory.peerGID, memory.localGID, memory.token, memory.peerToken) == (5, 6, 7, 8, 9))
    #expect(memory.extensions == SMCSocket.MemoryBuffer.Extensions(peerGID: 10, localGID: 11))
    #expect(socket.unknownAttributes.isEmpty)
    try Trial.surviveJSON(socket)
  }

  @Test func absentAttributesAreNil() throws {
    let socket = try Self.decode(Self.fixed())
    #expect(socket.shutdown == nil && socket.fallback == nil && socket.connection == nil)
    #expect(socket.link == nil && socket.memoryBuffer == nil && socket.queues == nil)
    try Trial.surviveJSON(socket)
  }

  @Test func memoryOfOlderKernelsHasNoExtensions() throws {
    let socket = try Self.decode(Self.fixed().attribute(4, [UInt8](repeating: 1, count: 40)))
    #expect(socket.memoryBuffer != nil)
    #expect(socket.memoryBuffer?.extensions == nil)
    #expect(socket.unknownAttributes.isEmpty)
  }

  @Test(arguments: [(1 as UInt16, 75), (2, 146), (3, 2), (4, 39), (5, 7), (0, 1), (6, 4)])
  func attributeOfAnotherLengthIsKept(_ type: UInt16, _ length: Int) throws {
    let payload = [UInt8](repeating: 9, count: length)
    let socket = try Self.decode(Self.fixed().attribute(type, payload))
    #expect(socket.unknownAttributes == [UnknownAttribute(type: type, payload: payload)])
    try Trial.surviveJSON(socket)
  }

  @Test func inodeAbove32BitsSurvivesJSON() throws {
    let socket = try Self.decode(Self.fixed(inode: 1 << 40))
    #expect((socket.inode, socket.longInode) == (0, 1 << 40))
    try Trial.surviveJSON(socket)
  }

  @Test func shortRecordIsAnError() { Trial.refuseShorter(than: 64, family: 43, Self.request) }

  @Test func damageIsBorne() throws { try Trial.bearDamage(Self.record().payload, Self.request) }

  @Test(arguments: [
    (Self.fixed(interface: 0), "127.0.0.1:1700", "192.0.2.9:39458"),
    (Self.fixed(local: "0.0.0.0:1700", remote: "0.0.0.0:0", interface: 0), "*:1700", "*"),
    (Self.fixed(local: "[::1]:1", remote: "[2001:db8::1]:2", interface: 0), "[::1]:1", "[2001:db8::1]:2"),
    // One end shows the version of the other.
    (Self.fixed(local: "[2001:db8::]:1", remote: "[::5]:2", interface: 0), "[2001:db8::]:1", "[::5]:2"),
    (Self.fixed(local: "[fe80::1]:1", remote: "[fe80::2]:2", interface: 3), "[fe80::1%3]:1", "[fe80::2%3]:2"),
    (Self.fixed(local: "0.0.0.0:1", remote: "0.0.0.0:0", interface: 3), "*%3:1", "*"),
  ]) func endpointsAreThoseOfTheSocketBelow(_ message: MessageBuilder, _ local: String, _ remote: String) throws {
    let socket = try Self.decode(message)
    #expect((socket.netID, socket.localText, socket.remoteText) == ("smc", local, remote))
    try Trial.surviveJSON(socket)
  }

  @Test(arguments: [
    (1 as UInt8, "active", SocketState.established), (2, "init", .close), (7, "closed", .close),
    (10, "listen", .listen),
    (20, "peer-close-wait-1", .finWait1), (21, "peer-close-wait-2", .finWait2), (22, "app-close-wait-1", .closeWait),
    (23, "app-close-wait-2", .closeWait), (24, "app-fin-close-wait", .closeWait),
    (25, "peer-fin-close-wait", .lastAcknowledgement), (26, "peer-abort-wait", .closing),
    (27, "process-abort", .closing),
    (3, "3", SocketState(rawValue: 3)), (99, "99", SocketState(rawValue: 99)),
  ]) func stateIsThatOfSMC(_ number: UInt8, _ name: String, _ state: SocketState) throws {
    let socket = try Self.decode(Self.fixed(state: number))
    #expect((socket.smcState.description, socket.state) == (name, state))
    #expect(SMCState(name: name) == socket.smcState)
  }

  @Test func reasonWithoutATextIsItsNumber() {
    #expect(SMCDecline(rawValue: 0x0301_0000).description == "the peer does not know SMC")
    #expect(SMCDecline(rawValue: 0xdead).description == "0xdead")
    #expect(SMCDecline(rawValue: 0).explanation == nil)
  }

  @Test(arguments: [
    ("src 127.0.0.1", true), ("src 127.0.0.0/8", true), ("dst 192.0.2.9:39458", true), ("sport = :1700", true),
    ("dport = :1", false), ("dev 2", true), ("state established", true), ("family smc", true), ("family inet", false),
    ("uid = 1000", true), ("src link:arp", false),
  ]) func filterComparesWhatTheRecordHas(_ text: String, _ passes: Bool) throws {
    #expect(try Trial.passes(Self.decode(Self.record()), text) == passes)
  }
}
