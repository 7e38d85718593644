import Foundation
import SockDiagWire
import Testing

/// Packet sockets: requests and records as bytes, text, JSON and filters.
@Suite struct PacketSocketTests {
  private typealias Trial = FamilyTrial<Packet>
  private static let request = PacketSocketRequest()

  /// The fixed part: `struct packet_diag_msg`.
  private static func fixed(type: UInt8 = 3, protocol: UInt16 = 0x0806) -> MessageBuilder {
    var message = MessageBuilder()
    message.payload = [17, type] + `protocol`.memory
    for number in [31_337, 0x89ab_cdef, 1] as [UInt32] { message.payload += number.memory }
    return message
  }

  /// A record with every attribute.
  private static func record(
    type: UInt8 = 3, protocol: UInt16 = 0x0806, interface: UInt32 = 2
  ) -> MessageBuilder {
    let memberships =
      member(2, count: 1, type: 0, address: [1, 0, 0x5e, 0, 0, 1]) + member(2, count: 3, type: 1, address: [])
    let filter = UInt16(0x28).memory + [0, 0] + UInt32(12).memory + UInt16(6).memory + [1, 2] + UInt32.max.memory
    return fixed(type: type, protocol: `protocol`)
      .attribute(0, interface, 2, 8, 5, 0x40, 0x1f)
      .attribute(5, 1000)
      .attribute(1, memberships)
      .attribute(2, 65_536, 2, 2048, 64, 60, 16, 1)
      .attribute(3, 4096, 4, 1024, 16, 0, 0, 0)
      .attribute(4, 7 | 1 << 16)
      .attribute(6, 4352, 212_992, 5, 65_536, 1, 2, 3, 4, 6)
      .attribute(7, filter)
  }

  /// `struct packet_diag_mclist`
  private static func member(_ interface: UInt32, count: UInt32, type: UInt16, address: [UInt8]) -> [UInt8] {
    interface.memory + count.memory + type.memory + UInt16(address.count).memory + address
      + [UInt8](repeating: 0, count: 32 - address.count)
  }

  /// The payload of a record with every attribute.
  static var sample: [UInt8] { record().payload }

  private static func decode(_ message: MessageBuilder) throws -> PacketSocket {
    try Trial.sound(message.payload, request)
  }

  @Test func requestHasTheLayoutOfTheKernelsStructure() throws {
    let rest = [UInt8](repeating: 0xff, count: 8)
    #expect(
      try encodedRequest(PacketSocketRequest())
        == expectedDump([17, 0, 0, 0, 0, 0, 0, 0] + UInt32(0x3f).memory + rest))
    #expect(
      try encodedRequest(PacketSocketRequest(details: [.info, .memory]))
        == expectedDump([17, 0, 0, 0, 0, 0, 0, 0] + UInt32(0x11).memory + rest))
  }

  @Test func recordHasAllMembers() throws {
    let socket = try Self.decode(Self.record())
    #expect((socket.type, socket.protocol.rawValue, socket.inode) == (.raw, 0x0806, 31_337))
    #expect(socket.cookie?.rawValue == 0x1_89ab_cdef)
    #expect((socket.uid, socket.interfaceIndex) == (1000, 2))
    let info = try #require(socket.info)
    #expect((info.ringVersion, info.reservedBytes, info.copyThreshold, info.timestamping) == (2, 8, 5, 0x40))
    #expect(info.flags == [.running, .auxiliaryData, .originalDevice, .virtualMachineHeader, .loss])
    #expect(
      socket.memberships == [
        PacketSocket.Membership(interfaceIndex: 2, count: 1, kind: .multicast, address: [1, 0, 0x5e, 0, 0, 1]),
        PacketSocket.Membership(interfaceIndex: 2, count: 3, kind: .promiscuous, address: []),
      ])
    let ring = try #require(socket.receiveRing)
    #expect((ring.blockBytes, ring.blockCount, ring.frameBytes, ring.frameCount) == (65_536, 2, 2048, 64))
    #expect((ring.retireTimeoutMilliseconds, ring.privateBytes, ring.features) == (60, 16, 1))
    #expect(socket.sendRing?.frameCount == 16)
    #expect(socket.fanout == PacketSocket.Fanout(id: 7, method: .roundRobin))
    #expect(socket.queues == .bytes(received: 4352, unsent: 5))
    #expect(
      socket.filter
        == .program([
          ClassicBPFInstruction(code: 0x28, jumpIfTrue: 0, jumpIfFalse: 0, operand: 12),
          ClassicBPFInstruction(code: 6, jumpIfTrue: 1, jumpIfFalse: 2, operand: .max),
        ]))
    #expect(socket.unknownAttributes.isEmpty)
    try Trial.surviveJSON(socket)
  }

  @Test func absentAttributesAreNil() throws {
    let socket = try Self.decode(Self.fixed())
    #expect(socket.info == nil && socket.uid == nil && socket.memberships == nil && socket.filter == nil)
    #expect(socket.receiveRing == nil && socket.sendRing == nil && socket.fanout == nil && socket.queues == nil)
    try Trial.surviveJSON(socket)
  }

  @Test func emptyFilterIsHiddenAndNoFilterIsNone() throws {
    #expect(try Self.decode(Self.fixed().attribute(7, [UInt8]())).filter == .hidden)
    #expect(try Self.decode(Self.fixed()).filter == nil)
  }

  @Test func emptyListOfMembershipsIsKept() throws {
    let socket = try Self.decode(Self.fixed().attribute(1, [UInt8]()))
    #expect(socket.memberships == [])
    try Trial.surviveJSON(socket)
  }

  @Test(arguments: [
    (0 as UInt16, 23), (1, 43), (2, 27), (3, 24), (4, 3), (5, 2), (6, 24), (7, 7), (1, 45), (4, 8), (9, 4),
  ]) func attributeOfAnotherLengthIsKept(_ type: UInt16, _ length: Int) throws {
    let payload = [UInt8](repeating: 9, count: length)
    let socket = try Self.decode(Self.fixed().attribute(type, payload))
    #expect(socket.unknownAttributes == [UnknownAttribute(type: type, payload: payload)])
    try Trial.surviveJSON(socket)
  }

  @Test func longerStructureIsDecodedAndKept() throws {
    let payload = [UInt8](repeating: 1, count: 32)
    let socket = try Self.decode(Self.fixed().attribute(0, payload))
    #expect(socket.info?.ringVersion == 0x0101_0101)
    #expect(socket.unknownAttributes == [UnknownAttribute(type: 0, payload: payload)])
  }

  @Test func addressLongerThanItsSpaceIsKeptUndecoded() throws {
    var payload = Self.member(2, count: 1, type: 0, address: [1])
    payload[10] = 33
    let socket = try Self.decode(Self.fixed().attribute(1, payload))
    #expect(socket.memberships == nil)
    #expect(socket.unknownAttributes.count == 1)
  }

  @Test func flagsWithoutANameSurviveJSON() throws {
    let socket = try Self.decode(Self.fixed().attribute(0, 0, 0, 0, 0, 0, 0xffff_ffff))
    var text: [UInt8] = []
    socket.appendJSON(to: &text)
    #expect(String(decoding: text, as: UTF8.self).contains("\"loss\",\"0x20\",\"0x40\""))
    try Trial.surviveJSON(socket)
  }

  @Test func shortRecordIsAnError() { Trial.refuseShorter(than: 16, family: 17, Self.request) }

  @Test func damageIsBorne() throws { try Trial.bearDamage(Self.record().payload, Self.request) }

  @Test(arguments: [
    (Self.record(), "p_raw", "arp:2"), (Self.record(type: 2), "p_dgr", "arp:2"),
    (Self.record(protocol: 3, interface: 0), "p_raw", "*:*"), (Self.record(protocol: 0x1234), "p_raw", "[4660]:2"),
    (Self.record(protocol: 0x8100, interface: .max), "p_raw", "802.1Q:(removed)"),
    (Self.fixed(type: 10), "p_dgr", "arp:*"),
  ]) func endpointIsProtocolAndInterface(_ message: MessageBuilder, _ netID: String, _ local: String) throws {
    let socket = try Self.decode(message)
    #expect(socket.netID == netID)
    #expect(socket.localText == local)
    #expect(socket.remoteText == "*")
    #expect((socket.state, socket.isConnectionOriented) == (.close, false))
  }

  // MARK: Filters

  @Test(arguments: [
    ("src link:arp:2", true), ("src link:2054", true), ("src link:0x806:2", true), ("src link:*:2", true),
    ("src link:ARP:*", true), ("src link::2", true), ("src link:", true), ("src link:ip:2", false),
    ("src link:arp:3", false), ("not src link:arp", false), ("dst link:arp", false), ("dev 2", true), ("dev 1", false),
    ("family packet", true), ("family link", true), ("family netlink", false), ("state close", true),
    ("state established", false), ("uid = 1000", true), ("recv-q > 4k", true), ("send-q = 5", true),
    ("sport = :2", false), ("src vsock:2", false), ("src netlink:rtnl", false), ("src 127.0.0.1", false),
  ]) func filterComparesWhatTheRecordHas(_ text: String, _ passes: Bool) throws {
    #expect(try Trial.passes(Self.decode(Self.record()), text) == passes)
  }

  @Test func conditionOnAMissingInterfaceIsUndecided() throws {
    let socket = try Self.decode(Self.fixed())
    #expect(try Trial.passes(socket, "dev 2") == nil)
    #expect(try Trial.passes(socket, "src link:arp:2") == nil)
    #expect(try Trial.passes(socket, "src link:ip:2") == false)
    #expect(try Trial.passes(socket, "src link:arp") == true)
  }

  @Test func removedInterfaceIsNoInterface() throws {
    let socket = try Self.decode(Self.record(interface: .max))
    #expect(socket.hasLostInterface)
    #expect(try Trial.passes(socket, "dev 0") == false)
    #expect(try Trial.passes(socket, "dev 4294967295") == false)
  }

  @Test(arguments: [
    ("src link:arpx", "is not a protocol of packets; did you mean 'arp'?"), ("src link:65536", "is not a protocol"),
    ("src link:arp:eth0", "is not the index of an interface"),
  ]) func wrongEndSaysWhatIsExpected(_ text: String, _ explanation: String) {
    let error = #expect(throws: FilterError.self) { try SocketFilter(text) }
    #expect(error?.explanation.contains(explanation) == true, "\(error?.explanation ?? "")")
    #expect(error?.column == 5)
  }

  @Test func everyProtocolIsFoundByItsName() {
    for number in 0...UInt16.max {
      let known = LinkProtocol(rawValue: number)
      #expect(LinkProtocol(name: known.name ?? "\(number)") == known)
    }
  }
}
