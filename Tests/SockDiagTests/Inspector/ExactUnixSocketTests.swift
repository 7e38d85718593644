import Glibc
import SockDiag
import SockDiagTestKit
import SockDiagTesting
import SockDiagWire
import Testing

/// Looking up one UNIX socket, and the walk that finds the names of peers, with a scripted kernel.
@Suite struct ExactUnixSocketTests {
  private typealias Event = ScriptedKernel.Event

  private static func record(inode: UInt32, name: String? = nil, peer: UInt32? = nil) -> ScriptedKernel.Message {
    var payload = NetlinkBytes()
    payload.bytes = [1, 1, 1, 0]
    for word in [inode, inode, 0] { payload.append(word) }
    if let name { payload.bytes += NetlinkBytes.attribute(0, Array(name.utf8) + [0]) }
    if let peer { payload.bytes += NetlinkBytes.attribute(2, NetlinkBytes.number(peer)) }
    return .record(.sockDiagByFamily, payload.bytes)
  }

  private static func conversation(
    _ script: [[Event]], _ log: ScriptedKernel.Log = ScriptedKernel.Log()
  ) -> Conversation<ScriptedKernel> {
    Conversation(ScriptedKernel(script, log: log))
  }

  @Test func socketIsAskedForByItsInode() throws {
    let log = ScriptedKernel.Log()
    var conversation = Self.conversation([[.messages([Self.record(inode: 7, name: "/a")])]], log)
    let socket = try conversation.unixSocket(UnixSocketRequest(inode: 7))
    #expect((socket?.inode, socket?.name) == (7, .path(Array("/a".utf8))))
    let request = try #require(log.messages.first)
    // NLM_F_REQUEST alone, and udiag_ino.
    #expect(request[6..<8] == [1, 0] && request[24..<28] == [7, 0, 0, 0])
  }

  @Test(arguments: [ENOENT, ESTALE]) func socketThatIsGoneIsNil(_ errno: Int32) throws {
    var conversation = Self.conversation([[.messages([.error(errno)])], [.messages([.done()])]])
    #expect(try conversation.unixSocket(UnixSocketRequest(inode: 7)) == nil)
  }

  @Test func missingHandlerIsNotAMissingSocket() {
    var conversation = Self.conversation([[.messages([.error(ENOENT)])], [.messages([.error(ENOENT)])]])
    let error = #expect(throws: SockDiagError.self) { try conversation.unixSocket(UnixSocketRequest(inode: 7)) }
    #expect(error?.code == .missingFamily)
  }

  @Test func inodeZeroIsRefusedWithoutARequest() {
    let log = ScriptedKernel.Log()
    var conversation = Self.conversation([], log)
    let error = #expect(throws: SockDiagError.self) { try conversation.unixSocket(UnixSocketRequest(inode: 0)) }
    #expect(error?.code == .invalidRequest)
    #expect(error?.operation.contains("no socket has inode 0") == true)
    #expect(log.messages.isEmpty)
  }

  @Test func malformedReplyIsAnError() {
    var conversation = Self.conversation([[.messages([.record(.sockDiagByFamily, [1, 1, 1])])]])
    let error = #expect(throws: SockDiagError.self) { try conversation.unixSocket(UnixSocketRequest(inode: 7)) }
    #expect(error?.code == .malformedReply)
  }

  @Test func peersGetTheirNamesFromAWalkBefore() throws {
    let log = ScriptedKernel.Log()
    let names: [Event] = [.messages([Self.record(inode: 1, name: "/a"), Self.record(inode: 2), .done()])]
    let sockets: [Event] = [
      .messages([
        Self.record(inode: 1, name: "/a", peer: 2), Self.record(inode: 2, peer: 1), Self.record(inode: 3, peer: 9),
        .done(),
      ])
    ]
    var conversation = Self.conversation([names, sockets], log)
    let dump = try conversation.dump(FamilyQuery<Unix>(UnixSocketRequest(resolvesPeers: true)))
    #expect(dump.sockets.map { $0.peer?.name } == [.unnamed, .named(.path(Array("/a".utf8))), .unknown])
    #expect(log.messages.count == 2)
    // The first walk asks for names and for clients that wait.
    #expect(log.messages[0][28..<32] == [9, 0, 0, 0])
  }

  @Test func filterOfPeersWalksTwiceAndAnyOtherOnce() throws {
    for (text, count) in [("dst unix:/a", 2), ("src unix:/a", 1), ("uid = 0", 1)] {
      let log = ScriptedKernel.Log()
      var conversation = Self.conversation([[.messages([.done()])], [.messages([.done()])]], log)
      let query = FamilyQuery<Unix>(UnixSocketRequest(details: []), matching: try SocketFilter(text))
      _ = try conversation.dump(query)
      #expect(log.messages.count == count)
    }
  }

  @Test func requestAsksForWhatTheFilterComparesAndForPossibleStatesOnly() throws {
    let request = UnixSocketRequest(states: [.listen, .established], details: .file)
    let filter = try SocketFilter("src unix:/a and uid = 0 and recv-q > 0 and state listening")
    let (companions, sockets) = Unix.requests(for: request, matching: filter)
    #expect(companions == nil)
    #expect(sockets.details == [.file, .name, .uid, .queues])
    #expect(sockets.target == .states(.listen))
  }
}
