import Foundation
import SockDiagWire
import Testing

/// UNIX sockets: requests and records as bytes, JSON and text.
@Suite struct UnixSocketTests {
  private static func encoded(_ request: UnixSocketRequest) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try request.encode(sequence: 5, into: &bytes)
    return bytes
  }

  private static func expected(flags: UInt16, _ words: [UInt32]) -> [UInt8] {
    UInt32(40).memory + UInt16(20).memory + flags.memory + UInt32(5).memory + [0, 0, 0, 0] + [1, 0, 0, 0]
      + words.flatMap(\.memory)
  }

  @Test func dumpRequestHasTheLayoutOfTheKernelsStructure() throws {
    let request = UnixSocketRequest(states: [.listen, .established], details: [.name, .uid])
    #expect(try Self.encoded(request) == Self.expected(flags: 0x301, [0x402, 0, 0x41, .max, .max]))
  }

  @Test func exactRequestHasInodeAndCookieAndNoDumpFlag() throws {
    let request = UnixSocketRequest(inode: 4711, cookie: SocketCookie(rawValue: 0x2_0000_0001), details: .name)
    #expect(try Self.encoded(request) == Self.expected(flags: 1, [0, 4711, 1, 1, 2]))
  }

  @Test func exactRequestForInodeZeroIsRefused() {
    #expect(throws: NetlinkRequestFault.socketWithoutInode) { try Self.encoded(UnixSocketRequest(inode: 0)) }
  }

  // MARK: Decoding

  @Test func recordHasAllMembers() throws {
    let (socket, fault) = try UnixRecord.decode(UnixRecord.full())
    #expect(fault == nil)
    #expect((socket.type, socket.state, socket.inode) == (.stream, .established, 31_337))
    #expect(socket.cookie?.rawValue == 0x1_89ab_cdef)
    #expect(socket.name == .path(Array("/run/app.sock".utf8)))
    #expect(socket.file == UnixSocket.File(inode: 4711, device: 0x80_0001))
    #expect((socket.file?.major, socket.file?.minor) == (8, 1))
    #expect(socket.peer == UnixSocket.Peer(inode: 31_338, name: .unknown))
    #expect(socket.waitingClients == [7, 8, 9])
    #expect(socket.queues == .bytes(received: 4352, unsent: 768))
    #expect((socket.memory?.receiveAllocated, socket.memory?.sendBuffer, socket.memory?.drops) == (4352, 212_993, 5))
    #expect(socket.shutdown == .receive)
    #expect(socket.uid == 1000)
    #expect(socket.source == .sockDiag)
    #expect(socket.unknownAttributes.isEmpty)
  }

  @Test func queuesOfAListenerCountConnections() throws {
    let (socket, _) = try UnixRecord.decode(UnixRecord.full(state: 10))
    #expect(socket.queues == .connections(waiting: 4352, limit: 768))
  }

  @Test func absentAttributesAreNil() throws {
    let (socket, fault) = try UnixRecord.decode(UnixRecord.bare(state: 7))
    #expect(fault == nil)
    var expected = UnixSocket()
    (expected.inode, expected.cookie) = (31_337, SocketCookie(rawValue: 0x1_89ab_cdef))
    #expect(socket == expected)
    #expect(socket.queues == nil)
    #expect(socket.uid == nil)
  }

  @Test func memberOfTheRecordBeforeDoesNotStay() throws {
    var (socket, _) = try UnixRecord.decode(UnixRecord.full().attribute(99, [1]))
    socket.peer?.name = .named(.path([0x61]))
    socket.source = .procNet
    let bare = UnixRecord.bare().payload
    _ = try Unix.decode(0..<bare.count, in: bare.span, answering: UnixSocketRequest(), into: &socket)
    #expect(socket == (try UnixRecord.decode(UnixRecord.bare()).socket))
  }

  /// The next record is decoded into the same memory, but not into that of a copy.
  @Test func keptRecordsKeepTheirNames() throws {
    let names = ["/run/a.sock", "/run/b.sock", "/a", "", "/run/a/longer/name.sock", "/b"]
    var socket = UnixSocket()
    var kept: [UnixSocket] = []
    for name in names {
      let message = name.isEmpty ? UnixRecord.bare() : UnixRecord.full(name: Array(name.utf8) + [0])
      _ = try Unix.decode(
        0..<message.payload.count, in: message.payload.span, answering: UnixSocketRequest(), into: &socket)
      kept.append(socket)
    }
    #expect(kept.map { $0.name?.bytes ?? [] } == names.map { Array($0.utf8) })
  }

  /// Members that are set to `nil` leave nothing behind.
  @Test func clearedRecordEqualsAnEmptyOne() throws {
    for state in [UInt8(1), 10] {
      var (socket, _) = try UnixRecord.decode(UnixRecord.full(state: state))
      let copy = socket
      (socket.cookie, socket.name, socket.file, socket.peer) = (nil, nil, nil, nil)
      (socket.queues, socket.shutdown, socket.uid, socket.memory, socket.waitingClients) = (nil, nil, nil, nil, nil)
      var expected = UnixSocket()
      (expected.state, expected.inode) = (SocketState(rawValue: state), 31_337)
      #expect(socket == expected)
      (socket.cookie, socket.name, socket.file, socket.peer) = (copy.cookie, copy.name, copy.file, copy.peer)
      (socket.queues, socket.shutdown, socket.uid) = (copy.queues, copy.shutdown, copy.uid)
      (socket.memory, socket.waitingClients) = (copy.memory, copy.waitingClients)
      #expect(socket == copy)
    }
  }

  @Test func recordCutAnywhereKeepsTheMembersBefore() throws {
    let message = UnixRecord.full()
    for length in 0...message.payload.count {
      var cut = message
      cut.payload.removeLast(message.payload.count - length)
      guard length >= 16 else {
        #expect(throws: WireError.self) { try UnixRecord.decode(cut) }
        continue
      }
      let (socket, fault) = try UnixRecord.decode(cut)
      #expect(socket.inode == 31_337)
      // Fixed part, then name (20), file (12), peer (8), clients (16), queues (12), memory (40), uid (8), shutdown (8).
      #expect((socket.name != nil) == (length >= 34), "\(length)")
      #expect((socket.file != nil) == (length >= 48), "\(length)")
      #expect((socket.peer != nil) == (length >= 56), "\(length)")
      #expect((socket.waitingClients != nil) == (length >= 72), "\(length)")
      #expect((socket.queues != nil) == (length >= 84), "\(length)")
      #expect((socket.memory != nil) == (length >= 124), "\(length)")
      #expect((socket.uid != nil) == (length >= 132), "\(length)")
      #expect((socket.shutdown != nil) == (length >= 137), "\(length)")
      #expect(socket.unknownAttributes.isEmpty)
      let ends: Set = [16, 34, 35, 36, 48, 56, 72, 84, 124, 132, 137, 138, 139, 140]
      #expect((fault == nil) == ends.contains(length), "\(length)")
    }
  }

  @Test func attributeWithAnImpossibleLengthIsKept() throws {
    for type in UInt16(0)...7 {
      for length in 0...44 {
        let payload = (0..<length).map { UInt8($0 + 1) }
        let (socket, fault) = try UnixRecord.decode(UnixRecord.bare().attribute(type, payload))
        #expect(fault == nil)
        let isPossible =
          switch type {
          case 0: length > 0
          case 1, 4: length == 8
          case 2, 7: length == 4
          case 3: length % 4 == 0
          case 5: (28...36).contains(length)
          default: length == 1
          }
        let kept = [UnknownAttribute(type: type, payload: payload)]
        #expect(socket.unknownAttributes == (isPossible ? [] : kept), "\(type) \(length)")
      }
    }
  }

  @Test func unknownAttributesAreKept() throws {
    let (socket, _) = try UnixRecord.decode(UnixRecord.full().attribute(8, [1, 2, 3]).attribute(0x3fff, []))
    #expect(
      socket.unknownAttributes == [
        UnknownAttribute(type: 8, payload: [1, 2, 3]), UnknownAttribute(type: 0x3fff, payload: []),
      ])
  }

  @Test func largestNumbersAreRead() throws {
    let all = [UInt32](repeating: .max, count: 9)
    var message = UnixRecord.bare(type: 255, state: 255, inode: .max, cookie: .max)
    for (type, count) in [(1, 2), (2, 1), (3, 9), (4, 2), (5, 9), (7, 1)] {
      message = message.attribute(UInt16(type), all.prefix(count).flatMap(\.memory))
    }
    let (socket, _) = try UnixRecord.decode(message.attribute(6, [255]))
    #expect(socket.netID == "u_255")
    #expect((socket.file?.major, socket.file?.minor) == (0xfff, 0xf_ffff))
    #expect(socket.queues == .bytes(received: .max, unsent: .max))
    #expect(socket.description == "u_255 255 * 4294967295 → * 4294967295")
    try Self.checkJSON(of: socket)
  }

  // MARK: Text and JSON

  @Test(arguments: [(UInt8(1), "u_str", true), (2, "u_dgr", false), (5, "u_seq", true), (3, "u_3", true)])
  func netIDIsThatOfSS(_ type: UInt8, _ netID: String, _ isConnectionOriented: Bool) throws {
    let (socket, _) = try UnixRecord.decode(UnixRecord.bare(type: type))
    #expect(socket.netID == netID)
    #expect(socket.isConnectionOriented == isConnectionOriented)
    #expect(SocketType(name: socket.type.description) == socket.type)
  }

  @Test func endsAreNameAndInode() throws {
    var (socket, _) = try UnixRecord.decode(UnixRecord.full())
    #expect(socket.localText == "/run/app.sock 31337")
    #expect(socket.remoteText == "* 31338")
    socket.peer?.name = .named(.abstract(Array("client".utf8)))
    #expect(socket.remoteText == "@client 31338")
    socket.peer = nil
    socket.name = nil
    #expect((socket.localText, socket.remoteText) == ("* 31337", "*"))
  }

  private static func checkJSON(of socket: UnixSocket) throws {
    var text: [UInt8] = []
    socket.appendJSON(to: &text)
    #expect(try JSONDecoder().decode(UnixSocket.self, from: Data(text)) == socket)
    #expect(try JSONDecoder().decode(UnixSocket.self, from: JSONEncoder().encode(socket)) == socket)
    // Neither a control character nor a raw escape reaches a terminal.
    #expect(text.allSatisfy { $0 >= 0x20 && $0 != 0x7f })
  }

  @Test func jsonComesBackAsTheSameSocket() throws {
    for state in [1, 7, 10] as [UInt8] {
      var (socket, _) = try UnixRecord.decode(UnixRecord.full(state: state).attribute(99, [1]))
      try Self.checkJSON(of: socket)
      socket.peer?.name = .unnamed
      try Self.checkJSON(of: socket)
      socket.peer?.name = .named(.path([0xff, 10]))
      socket.source = .procNet
      try Self.checkJSON(of: socket)
    }
    try Self.checkJSON(of: try UnixRecord.decode(UnixRecord.bare()).socket)
    var listener = UnixSocket()
    (listener.state, listener.queues) = (.listen, .connections(waiting: 1, limit: nil))
    try Self.checkJSON(of: listener)
  }

  @Test(arguments: UnixRecord.hardNames) func hardNameSurvivesJSON(_ name: [UInt8]) throws {
    let (socket, _) = try UnixRecord.decode(UnixRecord.full(name: name))
    try Self.checkJSON(of: socket)
  }

  @Test func jsonTellsNamesApart() throws {
    func json(_ name: UnixSocketName) -> String {
      var socket = UnixSocket()
      socket.name = name
      var text: [UInt8] = []
      socket.appendJSON(to: &text)
      return String(decoding: text, as: UTF8.self)
    }
    #expect(json(.path(Array("/a\u{1b}\0b".utf8))).contains(#""path":"/a\u001b\u0000b""#))
    #expect(json(.path([0x2f, 0xff])).contains(#""path_hex":"2fff""#))
    #expect(json(.abstract(Array("é".utf8))).contains(#""abstract":"é""#))
    #expect(json(.abstract([0x80])).contains(#""abstract_hex":"80""#))
    #expect(json(.abstract([])).contains(#""abstract":"""#))
  }

  @Test func identityIsTheCookie() throws {
    let (socket, _) = try UnixRecord.decode(UnixRecord.full())
    #expect(try socket.identity == UnixRecord.decode(UnixRecord.bare(inode: 1)).socket.identity)
    #expect(try socket.identity != UnixRecord.decode(UnixRecord.bare(cookie: 1)).socket.identity)
    #expect(UnixSocket().identity == nil)
  }
}
