import Foundation
import SockDiagWire
import Testing

/// Netlink sockets: requests and records as bytes, text, JSON and filters.
@Suite struct NetlinkSocketTests {
  /// A record with memory, groups and flags.
  private static func record(
    protocol: UInt8 = 0, state: UInt8 = 0, portID: UInt32 = 4711, groups: [UInt32] = [0x51, 0x1]
  ) -> MessageBuilder {
    var message = MessageBuilder()
    message.payload = [16, 3, `protocol`, state]
    for number in [portID, 99, 7, 31_337, 0x89ab_cdef, 1] as [UInt32] { message.payload += number.memory }
    return message.attribute(0, 4352, 212_992, 5, 65_536, 1, 2, 3, 4, 6).attribute(1, groups.flatMap(\.memory))
      .attribute(4, 0x21 as UInt32)
  }

  private static func decode(_ message: MessageBuilder) throws(WireError) -> (NetlinkSocket, fault: WireError?) {
    var socket = NetlinkSocket()
    let fault = try Netlink.decode(
      0..<message.payload.count, in: message.payload.span, answering: NetlinkSocketRequest(), into: &socket)
    return (socket, fault)
  }

  @Test func requestHasTheLayoutOfTheKernelsStructure() throws {
    var bytes: [UInt8] = []
    try NetlinkSocketRequest(.route, details: [.memory, .flags]).encode(sequence: 5, into: &bytes)
    let header = UInt32(36).memory + UInt16(20).memory + UInt16(0x301).memory + UInt32(5).memory + [0, 0, 0, 0]
    #expect(bytes == header + [16, 0, 0, 0, 0, 0, 0, 0] + UInt32(9).memory + [UInt8](repeating: 0xff, count: 8))
  }

  @Test func requestWithoutProtocolAsksForAll() throws {
    var bytes: [UInt8] = []
    try NetlinkSocketRequest().encode(sequence: 1, into: &bytes)
    #expect(bytes[17] == 0xff)
  }

  @Test func recordHasAllMembers() throws {
    let (socket, fault) = try Self.decode(Self.record(protocol: 16, state: 1))
    #expect(fault == nil)
    #expect(socket.protocol == NetlinkFamily(rawValue: 16))
    #expect((socket.portID, socket.destinationPortID, socket.destinationGroup) == (4711, 99, 7))
    #expect((socket.inode, socket.cookie?.rawValue, socket.type) == (31_337, 0x1_89ab_cdef, 3))
    #expect(socket.isConnected)
    #expect(socket.groups == [1, 5, 7, 33])
    #expect(socket.flags == [.isDumping, .capsAcknowledgements])
    #expect(socket.queues == .bytes(received: 4352, unsent: 5))
    #expect(socket.memory?.drops == 6)
    #expect(socket.unknownAttributes.isEmpty)
  }

  @Test func absentAttributesAreNil() throws {
    var message = MessageBuilder()
    message.payload = [16, 3, 0, 0] + [UInt8](repeating: 0, count: 24)
    let (socket, _) = try Self.decode(message)
    #expect(socket.memory == nil)
    #expect(socket.queues == nil)
    #expect(socket.groups == nil)
    #expect(socket.flags == nil)
  }

  @Test func shortRecordIsAnErrorWithItsOffset() {
    for length in 0..<28 {
      #expect(throws: WireError.self) {
        var socket = NetlinkSocket()
        let bytes = [UInt8](repeating: 16, count: length)
        _ = try Netlink.decode(0..<length, in: bytes.span, answering: NetlinkSocketRequest(), into: &socket)
      }
    }
  }

  @Test func cutAttributeLeavesTheMembersBeforeIt() throws {
    var message = Self.record()
    message.payload.removeLast(3)
    let (socket, fault) = try Self.decode(message)
    #expect(fault != nil)
    #expect(socket.portID == 4711)
    #expect(socket.memory != nil)
    #expect(socket.flags == nil)
  }

  @Test func unknownAttributesAreKept() throws {
    let message = Self.record().attribute(2, [1, 2, 3, 4])
    #expect(try Self.decode(message).0.unknownAttributes == [UnknownAttribute(type: 2, payload: [1, 2, 3, 4])])
  }

  @Test(arguments: [
    (Self.record(), "rtnl:4711", "*"), (Self.record(portID: 0), "rtnl:kernel", "*"),
    (Self.record(protocol: 16, state: 1), "genl:4711", "genl:99"), (Self.record(protocol: 200), "200:4711", "*"),
  ]) func endpointsAreProtocolAndPortID(_ message: MessageBuilder, _ local: String, _ remote: String) throws {
    let (socket, _) = try Self.decode(message)
    #expect(socket.localText == local)
    #expect(socket.remoteText == remote)
  }

  @Test func jsonComesBackAsTheSameSocket() throws {
    for message in [Self.record(), Self.record(protocol: 16, state: 1), Self.record(groups: [])] {
      let (socket, _) = try Self.decode(message)
      var text: [UInt8] = []
      socket.appendJSON(to: &text)
      var expected = socket
      // Only a connected socket has a destination.
      if !socket.isConnected { (expected.destinationPortID, expected.destinationGroup) = (0, 0) }
      #expect(try JSONDecoder().decode(NetlinkSocket.self, from: Data(text)) == expected)
      #expect(try JSONDecoder().decode(NetlinkSocket.self, from: JSONEncoder().encode(socket)) == expected)
    }
  }

  @Test func socketsDifferByProtocolAndCookie() throws {
    let (socket, _) = try Self.decode(Self.record())
    let (other, _) = try Self.decode(Self.record(protocol: 16))
    #expect(socket.identity != other.identity)
    #expect(try socket.identity == Self.decode(Self.record(portID: 1)).0.identity)
  }

  // MARK: Filters

  @Test(arguments: [
    ("src netlink:rtnl:4711", true), ("src netlink:route:4711", true), ("src netlink:0:4711", true),
    ("src netlink:rtnl", true), ("src netlink:*:4711", true), ("src netlink:rtnl:*", true),
    ("src netlink:genl:4711", false), ("src netlink:rtnl:kernel", false), ("src netlink:rtnl:4712", false),
    ("not src netlink:rtnl:4711", false), ("src != netlink:rtnl:4711", false), ("dst netlink:rtnl:99", false),
    ("family netlink", true), ("family inet", false), ("state close", true), ("state established", false),
    ("inode = 31337", true), ("recv-q > 4k", true), ("send-q = 5", true), ("sport = :4711", false),
    ("src 127.0.0.1", false), ("src netlink:rtnl and recv-q = 0", false),
  ]) func filterComparesWhatTheRecordHas(_ text: String, _ passes: Bool) throws {
    let (socket, _) = try Self.decode(Self.record())
    let filter = try SocketFilter(text)
    #expect(filter.evaluate(socket) == passes)
    #expect(try SocketFilter(filter.description) == filter)
  }

  @Test func destinationIsComparedOfConnectedSocketsOnly() throws {
    let (socket, _) = try Self.decode(Self.record(protocol: 16, state: 1))
    #expect(try SocketFilter("dst netlink:genl:99").evaluate(socket) == true)
    #expect(try SocketFilter("dst netlink:genl:98").evaluate(socket) == false)
  }

  @Test func userIsUnknown() throws {
    let (socket, _) = try Self.decode(Self.record())
    #expect(try SocketFilter("uid = 0").evaluate(socket) == nil)
  }

  @Test func inetSocketHasNoNetlinkEnd() throws {
    let filter = try SocketFilter("src netlink:rtnl")
    #expect(filter.evaluate(InetSocket()) == false)
    // The kernel is asked for no socket at all rather than for all of them.
    let compiled = try #require(filter.compiled(for: .all).first)
    #expect(compiled.remainder == nil)
    #expect(!compiled.bytecode.bytes.isEmpty)
  }

  @Test(arguments: [
    ("src netlink:rtn:1", "is not a netlink protocol; did you mean 'rtnl'?"),
    ("src netlink:", "is not a netlink protocol"), ("src netlink:rtnl:x", "is not a netlink port id"),
    ("src netlink:rtnl:4294967296", "is not a netlink port id"),
  ]) func wrongEndSaysWhatIsExpected(_ text: String, _ explanation: String) {
    let error = #expect(throws: FilterError.self) { try SocketFilter(text) }
    #expect(error?.explanation.contains(explanation) == true, "\(error?.explanation ?? "")")
    #expect(error?.column == 5)
  }
}
