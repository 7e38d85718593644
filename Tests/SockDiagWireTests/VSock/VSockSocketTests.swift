import SockDiagWire
import Testing

/// Vsock sockets: requests and records as bytes, text, JSON and filters.
@Suite struct VSockSocketTests {
  private typealias Trial = FamilyTrial<VSock>
  private static let request = VSockSocketRequest()

  /// `struct vsock_diag_msg`
  private static func record(
    type: UInt8 = 1, state: UInt8 = 1, local: (UInt32, UInt32) = (1, 1600), remote: (UInt32, UInt32) = (3, 70_000)
  ) -> MessageBuilder {
    var message = MessageBuilder()
    message.payload = [40, type, state, 2]
    for number in [local.0, local.1, remote.0, remote.1, 31_337, 0x89ab_cdef, 1] { message.payload += number.memory }
    return message
  }

  /// The payload of a record with every attribute.
  static var sample: [UInt8] { record().payload }

  private static func decode(_ message: MessageBuilder) throws -> VSockSocket {
    try Trial.sound(message.payload, request)
  }

  @Test func requestHasTheLayoutOfTheKernelsStructure() throws {
    let rest = [UInt8](repeating: 0, count: 8) + [UInt8](repeating: 0xff, count: 8)
    #expect(
      try encodedRequest(VSockSocketRequest(states: [.listen, .established]))
        == expectedDump([40, 0, 0, 0] + UInt32(1 << 10 | 1 << 1).memory + rest))
  }

  @Test func recordHasAllMembers() throws {
    let socket = try Self.decode(Self.record())
    #expect((socket.type, socket.state, socket.shutdown) == (.stream, .established, .send))
    #expect(socket.local == VSockAddress(contextID: 1, port: 1600))
    #expect(socket.remote == VSockAddress(contextID: 3, port: 70_000))
    #expect((socket.inode, socket.cookie?.rawValue) == (31_337, 0x1_89ab_cdef))
    #expect(socket.queues == nil && socket.uid == nil)
    try Trial.surviveJSON(socket)
  }

  @Test func attributesAreKept() throws {
    let socket = try Self.decode(Self.record().attribute(1, [1, 2]))
    #expect(socket.unknownAttributes == [UnknownAttribute(type: 1, payload: [1, 2])])
  }

  @Test func shortRecordIsAnError() { Trial.refuseShorter(than: 32, family: 40, Self.request) }

  @Test func damageIsBorne() throws { try Trial.bearDamage(Self.record().attribute(1, [1, 2]).payload, Self.request) }

  @Test(arguments: [
    (Self.record(), "v_str", true, "1:1600", "3:70000"),
    (Self.record(type: 2, state: 7, local: (.max, 9), remote: (.max, .max)), "v_dgr", false, "*:9", "*:*"),
    (Self.record(type: 5, local: (2, .max)), "v_seq", true, "2:*", "3:70000"),
    (Self.record(type: 9), "vsock", true, "1:1600", "3:70000"),
  ]) func endpointsAreContextIDAndPort(
    _ message: MessageBuilder, _ netID: String, _ isConnectionOriented: Bool, _ local: String, _ remote: String
  ) throws {
    let socket = try Self.decode(message)
    #expect((socket.netID, socket.isConnectionOriented) == (netID, isConnectionOriented))
    #expect((socket.localText, socket.remoteText) == (local, remote))
    try Trial.surviveJSON(socket)
  }

  @Test func wellKnownMachinesHaveNames() {
    let names = [0, 1, 2, 3, .max].map { VSockAddress(contextID: $0, port: 0).contextName }
    #expect(names == ["hypervisor", "local", "host", nil, "any"])
  }

  // MARK: Filters

  @Test(arguments: [
    ("src vsock:1:1600", true), ("src vsock:local:1600", true), ("src vsock:*:1600", true), ("src vsock:1", true),
    ("src vsock:1:*", true), ("src vsock:", true), ("src vsock::1600", true), ("src vsock:2:1600", false),
    ("src vsock:host", false), ("src vsock:1:1601", false), ("dst vsock:3:70000", true), ("dst vsock:1", false),
    ("dst != vsock:3", false), ("family vsock", true), ("state established", true), ("state listen", false),
    ("inode = 31337", true), ("sport = :1600", false), ("src link:arp", false), ("dev 1", false),
  ]) func filterComparesWhatTheRecordHas(_ text: String, _ passes: Bool) throws {
    #expect(try Trial.passes(Self.decode(Self.record()), text) == passes)
  }

  @Test func userAndQueuesAreUnknown() throws {
    let socket = try Self.decode(Self.record())
    #expect(try Trial.passes(socket, "uid = 0") == nil)
    #expect(try Trial.passes(socket, "recv-q = 0") == nil)
  }

  @Test(arguments: [
    ("src vsock:me", "is not a context id; write a number, host, local or hypervisor, or * for any"),
    ("src vsock:4294967296", "is not a context id"), ("src vsock:1:http", "is not a vsock port"),
    ("src vsock:1:-1", "is not a vsock port"),
  ]) func wrongEndSaysWhatIsExpected(_ text: String, _ explanation: String) {
    let error = #expect(throws: FilterError.self) { try SocketFilter(text) }
    #expect(error?.explanation.contains(explanation) == true, "\(error?.explanation ?? "")")
    #expect(error?.column == 5)
  }
}
