import SockDiagWire
import Testing

/// TIPC sockets: requests and records as bytes, text, JSON and filters.
@Suite struct TIPCSocketTests {
  private typealias Trial = FamilyTrial<TIPC>
  private static let request = TIPCSocketRequest()

  private static func word(_ type: UInt16, _ value: UInt32) -> [UInt8] {
    MessageBuilder.attribute(type, value.memory)
  }
  private static func flag(_ type: UInt16) -> [UInt8] { MessageBuilder.attribute(type, []) }
  private static func nest(_ type: UInt16, _ attributes: [[UInt8]]) -> [UInt8] {
    MessageBuilder.attribute(type, attributes.flatMap { $0 })
  }

  private static let common = [
    word(2, 2_605_983_413), word(1, 0x0100_1001), word(6, 5), word(9, 1), word(7, 31_337), word(8, 1000), flag(11),
    MessageBuilder.attribute(10, UInt32(0x89ab_cdef).memory + UInt32(1).memory),
  ]
  private static let statistics = nest(5, [word(0, 3), word(1, 4), word(4, 5), flag(2), flag(3)])
  private static let connection = nest(
    3, [word(2, 0x0100_1002), word(3, 239_545_611), flag(1), word(4, 18_888), word(5, 1)])
  private static let group = nest(12, [word(0, 7), word(4, 8), word(5, 9), flag(2), flag(3), flag(1)])

  /// A message with the nest that is the socket.
  private static func record(_ attributes: [[UInt8]]) -> [UInt8] { nest(2, attributes) }

  /// The payload of a record with every attribute.
  static var sample: [UInt8] { whole }
  private static let whole = record(common + [connection, statistics, group])

  @Test func requestHasTheLayoutOfTheKernelsStructure() throws {
    #expect(try encodedRequest(TIPCSocketRequest()) == expectedDump([30, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]))
  }

  @Test func recordHasAllMembers() throws {
    let socket = try Trial.sound(Self.whole, Self.request)
    #expect((socket.type, socket.state, socket.inode, socket.uid) == (.sequencedPacket, .established, 31_337, 1000))
    #expect(socket.cookie?.rawValue == 0x1_89ab_cdef)
    #expect(socket.local == TIPCAddress(node: 0x0100_1001, reference: 2_605_983_413))
    let connection = try #require(socket.connection)
    #expect(connection.peer == TIPCAddress(node: 0x0100_1002, reference: 239_545_611))
    #expect(connection.service == TIPCSocket.Service(type: 18_888, instance: 1))
    let statistics = try #require(socket.statistics)
    #expect((statistics.receivedMessages, statistics.unsentMessages, statistics.drops) == (3, 4, 5))
    #expect(statistics.isLinkCongested && statistics.isConnectionCongested)
    let group = try #require(socket.group)
    #expect((group.id, group.instance, group.nextBroadcast) == (7, 8, 9))
    #expect(group.isOpen && group.hasNodeScope && group.hasClusterScope)
    #expect(!socket.hasPublications)
    #expect(socket.unknownAttributes.isEmpty && socket.unknownMessageAttributes.isEmpty)
    try Trial.surviveJSON(socket)
  }

  @Test func absentAttributesAreNil() throws {
    let socket = try Trial.sound(Self.record([]), Self.request)
    #expect(socket.type == nil && socket.reportedState == nil && socket.uid == nil && socket.cookie == nil)
    #expect(socket.connection == nil && socket.statistics == nil && socket.group == nil && socket.queues == nil)
    #expect(socket.state == .close)
    try Trial.surviveJSON(socket)
  }

  @Test func connectionToASocketHasNoService() throws {
    let socket = try Trial.sound(
      Self.record(Self.common + [Self.nest(3, [Self.word(2, 1), Self.word(3, 2)])]), Self.request)
    #expect(socket.connection?.service == nil)
    #expect(socket.remoteText == "1:2")
  }

  @Test func messageWithoutTheSocketIsAnError() {
    for payload in [[], [1], [1, 2, 3], Self.word(1, 2), Self.flag(3)] {
      #expect(throws: WireError.self) { try Trial.decode(payload, Self.request) }
    }
  }

  @Test func unknownAttributesOfEveryLevelAreKept() throws {
    let odd = Self.nest(5, [Self.word(0, 3), Self.word(77, 1)])
    let socket = try Trial.sound(
      Self.record(Self.common + [Self.word(99, 4), odd]) + Self.word(3, 5), Self.request)
    #expect(socket.statistics?.receivedMessages == 3)
    #expect(
      socket.unknownAttributes == [
        UnknownAttribute(type: 99, payload: UInt32(4).memory),
        UnknownAttribute(type: 5, payload: Array(odd.dropFirst(4))),
      ])
    #expect(socket.unknownMessageAttributes == [UnknownAttribute(type: 3, payload: UInt32(5).memory)])
    try Trial.surviveJSON(socket)
  }

  @Test func numberThatIsNoTypeOrStateIsKept() throws {
    let socket = try Trial.sound(Self.record([Self.word(6, 256), Self.word(9, .max)]), Self.request)
    #expect(socket.type == nil && socket.reportedState == nil)
    #expect(socket.unknownAttributes.map(\.type) == [6, 9])
  }

  @Test func cutNestLeavesTheMembersBeforeIt() throws {
    var cut = Self.record(Self.common + [Self.nest(5, [MessageBuilder.attribute(0, [], claimedLength: 3)])])
    let (socket, fault) = try Trial.decode(cut, Self.request)
    #expect(fault != nil)
    #expect(socket.inode == 31_337)
    cut.removeLast(2)
    #expect(throws: WireError.self) { try Trial.decode(cut, Self.request) }
  }

  @Test func damageIsBorne() throws { try Trial.bearDamage(Self.whole, Self.request) }

  @Test(arguments: [
    (1 as UInt32, "ti_st", true), (2, "ti_dg", false), (4, "ti_rd", false), (5, "ti_sq", true), (9, "tipc", false),
  ]) func kindIsThatOfSS(_ type: UInt32, _ netID: String, _ isConnectionOriented: Bool) throws {
    let socket = try Trial.sound(
      Self.record([Self.word(1, 0), Self.word(2, 4_260_669_178), Self.word(6, type), Self.flag(4)]), Self.request)
    #expect((socket.netID, socket.isConnectionOriented) == (netID, isConnectionOriented))
    #expect((socket.localText, socket.remoteText) == ("0:4260669178", "-"))
    #expect(socket.hasPublications)
    try Trial.surviveJSON(socket)
  }

  @Test(arguments: [
    ("family tipc", true), ("state established", true), ("state listen", false), ("uid = 1000", true),
    ("recv-q = 3", true), ("send-q > 4", false), ("src vsock:*", false), ("sport = :1", false),
  ]) func filterComparesWhatTheRecordHas(_ text: String, _ passes: Bool) throws {
    #expect(try Trial.passes(Trial.sound(Self.whole, Self.request), text) == passes)
  }

  // MARK: Captures

  /// Records of TIPC have no family, and a socket whose state was not asked for is an empty message.
  @Test func captureRecognizesRecordsByTheirRequest() throws {
    var request = MessageBuilder(flags: 0x301, portID: 0)
    request.payload = [30, 0, 0, 0] + UInt32(1 << 10).memory
    let record = MessageBuilder(payload: Self.whole)
    let file = PcapBuilder().request(request)
      .packet(MessageBuilder(), record, MessageBuilder()).packet(.done())
    let (sockets, summary) = try decodeAnyCapture(file.bytes)
    #expect(sockets.compactMap(\.tipc).map(\.inode) == [31_337])
    #expect((sockets.count, summary.faultCount, summary.dumpsCompleted) == (1, 0, 1))
  }
}
