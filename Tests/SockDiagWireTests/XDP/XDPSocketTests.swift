import SockDiagWire
import Testing

/// XDP sockets: requests and records as bytes, text, JSON and filters.
@Suite struct XDPSocketTests {
  private typealias Trial = FamilyTrial<XDP>
  private static let request = XDPSocketRequest()

  /// `struct xdp_diag_msg`
  private static func fixed() -> MessageBuilder {
    var message = MessageBuilder()
    message.payload = [44, 3, 0, 0]
    for number in [31_337, 0x89ab_cdef, 1] as [UInt32] { message.payload += number.memory }
    return message
  }

  /// A record with every attribute.
  private static func record(interface: UInt32 = 2) -> MessageBuilder {
    let userMemory =
      UInt64(1 << 40).memory + ([5, 16, 2048, 256, 2, 1, 1, 2] as [UInt32]).flatMap(\.memory)
    let statistics = ([1, 2, 3, 4, 5, .max] as [UInt64]).flatMap(\.memory)
    return fixed().attribute(1, interface, 1).attribute(2, 1000).attribute(3, 16).attribute(4, 32)
      .attribute(5, userMemory).attribute(6, 64).attribute(7, 128)
      .attribute(8, 4352, 212_992, 5, 65_536, 1, 2, 3, 4, 6).attribute(9, statistics)
  }

  /// The payload of a record with every attribute.
  static var sample: [UInt8] { record().payload }

  private static func decode(_ message: MessageBuilder) throws -> XDPSocket {
    try Trial.sound(message.payload, request)
  }

  @Test func requestHasTheLayoutOfTheKernelsStructure() throws {
    let rest = [UInt8](repeating: 0xff, count: 8)
    #expect(
      try encodedRequest(XDPSocketRequest())
        == expectedDump([44, 0, 0, 0, 0, 0, 0, 0] + UInt32(0x1f).memory + rest))
  }

  @Test func recordHasAllMembers() throws {
    let socket = try Self.decode(Self.record())
    #expect((socket.type, socket.inode, socket.cookie?.rawValue) == (.raw, 31_337, 0x1_89ab_cdef))
    #expect(socket.queue == XDPSocket.DeviceQueue(interfaceIndex: 2, number: 1))
    #expect((socket.uid, socket.receiveRingEntries, socket.sendRingEntries) == (1000, 16, 32))
    #expect((socket.fillRingEntries, socket.completionRingEntries) == (64, 128))
    let memory = try #require(socket.userMemory)
    #expect((memory.bytes, memory.id, memory.pageCount, memory.chunkBytes) == (1 << 40, 5, 16, 2048))
    #expect((memory.headroomBytes, memory.flags, memory.references) == (256, .zeroCopy, 2))
    #expect(memory.queue == XDPSocket.DeviceQueue(interfaceIndex: 2, number: 1))
    let statistics = try #require(socket.statistics)
    #expect((statistics.receiveDropped, statistics.receiveInvalid, statistics.receiveRingFull) == (1, 2, 3))
    #expect((statistics.fillRingEmpty, statistics.sendInvalid, statistics.sendRingEmpty) == (4, 5, .max))
    #expect(socket.queues == .bytes(received: 4352, unsent: 5))
    #expect(socket.unknownAttributes.isEmpty)
    try Trial.surviveJSON(socket)
  }

  @Test func absentAttributesAreNil() throws {
    let socket = try Self.decode(Self.fixed())
    #expect(socket.queue == nil && socket.uid == nil && socket.userMemory == nil && socket.statistics == nil)
    #expect(socket.localText == "*")
    try Trial.surviveJSON(socket)
  }

  @Test(arguments: [(1 as UInt16, 7), (2, 3), (3, 8), (5, 39), (8, 27), (9, 40), (0, 4), (10, 0)])
  func attributeOfAnotherLengthIsKept(_ type: UInt16, _ length: Int) throws {
    let payload = [UInt8](repeating: 9, count: length)
    let socket = try Self.decode(Self.fixed().attribute(type, payload))
    #expect(socket.unknownAttributes == [UnknownAttribute(type: type, payload: payload)])
    try Trial.surviveJSON(socket)
  }

  @Test func longerStructureIsDecodedAndKept() throws {
    let payload = [UInt8](repeating: 1, count: 56)
    let socket = try Self.decode(Self.fixed().attribute(9, payload))
    #expect(socket.statistics?.receiveDropped == 0x0101_0101_0101_0101)
    #expect(socket.unknownAttributes == [UnknownAttribute(type: 9, payload: payload)])
  }

  @Test func shortRecordIsAnError() { Trial.refuseShorter(than: 16, family: 44, Self.request) }

  @Test func damageIsBorne() throws { try Trial.bearDamage(Self.record().payload, Self.request) }

  @Test func endpointIsDeviceAndQueue() throws {
    let socket = try Self.decode(Self.record())
    #expect((socket.netID, socket.localText, socket.remoteText) == ("xdp", "2:q1", "*"))
    #expect(try Self.decode(Self.record(interface: 0)).localText == "*")
  }

  @Test(arguments: [
    ("dev 2", true), ("dev 3", false), ("family xdp", true), ("state close", true), ("uid = 1000", true),
    ("recv-q > 4k", true), ("src link:arp:2", false), ("sport = :1", false),
  ]) func filterComparesWhatTheRecordHas(_ text: String, _ passes: Bool) throws {
    #expect(try Trial.passes(Self.decode(Self.record()), text) == passes)
  }

  @Test func conditionOnAMissingDeviceIsUndecided() throws {
    #expect(try Trial.passes(Self.decode(Self.fixed()), "dev 2") == nil)
  }
}
