import Foundation
import Glibc
import SockDiag
import SockDiagTestKit
import SockDiagTesting
import SockDiagWire
import Testing

/// The results of a reader for the answers to a destroy request.
@Suite struct DestroyTests {
  private typealias Event = ScriptedKernel.Event

  private static func socket(
    _ kind: String = "tcp", _ state: String = "established", cookie: String? = "7", port: UInt16 = 1
  ) throws -> InetSocket {
    let member = cookie.map { "\"cookie\":\"\($0)\"," } ?? ""
    let text = """
      {"protocol":"\(kind)","family":"inet","state":"\(state)",\(member)"inode":1,"receive_queue":0,"send_queue":0,
      "interface":3,"local":{"address":"127.0.0.1","port":\(port)},"remote":{"address":"127.0.0.1","port":80}}
      """
    return try JSONDecoder().decode(InetSocket.self, from: Data(text.utf8))
  }

  private func failure(
    _ socket: InetSocket, _ script: [[Event]], log: ScriptedKernel.Log = .init()
  ) -> SockDiagError? {
    do throws(SockDiagError) {
      var reader = InetReader(ScriptedKernel(script, log: log))
      try reader.destroy(socket)
      return nil
    } catch { return error }
  }

  private static let acknowledgement: [Event] = [.messages([.error(0)])]
  private static let notFound: [Event] = [.messages([.error(ENOENT)])]
  private static let empty: [Event] = [.messages([.done()])]

  // MARK: The request

  @Test(arguments: ["tcp", "udp"]) func destroyRequestHasTheCookieAndUnswappedAddresses(kind: String) throws {
    let log = ScriptedKernel.Log()
    #expect(failure(try Self.socket(kind), [Self.acknowledgement], log: log) == nil)
    let request = try #require(log.requests.first)
    #expect(log.requests.count == 1)
    #expect(request.form == .destroy)
    #expect(request.protocol == TransportProtocol(name: kind))
    #expect(request.family == .inet)
    #expect(request.local == "127.0.0.1:1")
    #expect(request.remote == "127.0.0.1:80")
    #expect(request.interfaceIndex == 3)
    #expect(request.cookie == SocketCookie(rawValue: 7))
  }

  @Test(arguments: [nil, "18446744073709551615"])
  func socketWithoutCookieIsNotSent(cookie: String?) throws {
    let log = ScriptedKernel.Log()
    #expect(failure(try Self.socket(cookie: cookie), [Self.acknowledgement], log: log)?.code == .missingCookie)
    #expect(log.requests.isEmpty)
  }

  @Test func aDestroyWithoutCookieIsNotEncoded() {
    var message: [UInt8] = []
    #expect(throws: NetlinkRequestFault.destroyWithoutCookie) {
      try InetRequest(.destroy, .tcp, .inet).encode(sequence: 1, into: &message)
    }
  }

  @Test func aConversationReportsADestroyWithoutCookieAndSendsNothing() throws {
    let log = ScriptedKernel.Log()
    var conversation = Conversation(ScriptedKernel([Self.acknowledgement], log: log))
    do throws(SockDiagError) {
      _ = try conversation.acknowledged(InetRequest(.destroy, .tcp, .inet), operation: "destroy a socket")
      Issue.record("The request was sent.")
    } catch { #expect(error.code == .missingCookie) }
    #expect(log.messages.isEmpty)
  }

  /// The bytes are written by hand, because the encoder refuses to make them.
  @Test(arguments: [
    [], [UInt8](repeating: 0, count: 55), [UInt8](repeating: 0, count: 48) + [UInt8](repeating: 0xff, count: 8),
  ])
  func theShimSendsNoDestroyWithoutCookie(payload: [UInt8]) throws {
    let transport = try KernelTransport()
    let refused = SockDiagError(.invalidRequest, operation: "send a netlink request", errno: EINVAL)
    let destroy = NetlinkBytes.message(.sockDestroy, flags: .request, sequence: 1, portID: 0, payload: payload).bytes
    // It is also found after another message.
    let harmless = NetlinkBytes.message(.noOperation, flags: .request, sequence: 1, portID: 0).bytes
    for message in [destroy, harmless + destroy] {
      do throws(SockDiagError) {
        try transport.send(message.span)
        Issue.record("The message was sent.")
      } catch { #expect(error == refused) }
    }
    try transport.send(harmless.span)
  }

  /// Half of a cookie counts as a cookie.
  @Test(arguments: [SocketCookie(rawValue: 0xffff_ffff), SocketCookie(rawValue: 0xffff_ffff_0000_0000)])
  func theShimSendsADestroyWithACookie(cookie: SocketCookie) throws {
    // A family without sockets: the kernel refuses the request after it was sent.
    var request = InetRequest(.destroy, .tcp, AddressFamily(rawValue: 200))
    request.cookie = cookie
    var message: [UInt8] = []
    try request.encode(sequence: 1, into: &message)
    try KernelTransport().send(message.span)
  }

  // MARK: Whom it believes

  @Test func onlyTheKernelsReplyToThisRequestCounts() throws {
    let events: [Event] = [
      .foreign(port: 77, [.error(EPERM)]), .messages([.withSequence(99, .error(EPERM))]), .failure(EINTR),
      .messages([.withPortID(99, .error(EPERM)), .noOperation]), .messages([.error(0)]),
    ]
    let log = ScriptedKernel.Log()
    #expect(failure(try Self.socket(), [events], log: log) == nil)
    #expect(log.unreadEvents == 0)
  }

  @Test func acknowledgementFromAnotherProcessIsIgnored() throws {
    let socket = try Self.socket()
    #expect(failure(socket, [[.foreign(port: 77, [.error(0)])]])?.code == .noReply)
    #expect(failure(socket, [[.messages([.withSequence(99, .error(0))])]])?.code == .noReply)
    #expect(failure(socket, [[.messages([.withPortID(99, .error(0))])]])?.code == .noReply)
  }

  @Test func lostReplyIsAnErrorAndTheRequestIsSentOnce() throws {
    for events in [[], [.failure(ENOBUFS), .messages([.error(0)])]] as [[Event]] {
      let log = ScriptedKernel.Log()
      #expect(failure(try Self.socket(), [events], log: log)?.code == .noReply)
      #expect(log.requests.count == 1)
    }
  }

  @Test func damagedReplyIsAnError() throws {
    #expect(failure(try Self.socket(), [[.bytes([UInt8](repeating: 0xff, count: 40))]])?.code == .malformedReply)
  }

  @Test func unfinishedDumpIsDrainedFirst() throws {
    let log = ScriptedKernel.Log()
    var reader = InetReader(
      ScriptedKernel(
        [
          [.messages([.socket(port: 1, cookie: 7)]), .messages([.socket(port: 2, cookie: 8)]), .messages([.done()])],
          Self.acknowledgement,
        ], log: log))
    _ = try reader.forEach(SocketQuery(.tcp, family: .inet)) { _ in .stop }
    try reader.destroy(try Self.socket())
    #expect(log.unreadEvents == 0)
  }

  // MARK: Refusals

  @Test(arguments: [
    (EPERM, SockDiagError.Code.permissionDenied), (EOPNOTSUPP, .destroyUnsupported), (EINVAL, .destroyUnsupported),
    (EIO, .system),
  ])
  func refusalStatesTheReasonAndTheRemedy(errno: Int32, code: SockDiagError.Code) throws {
    let log = ScriptedKernel.Log()
    let error = failure(try Self.socket(), [[.messages([.error(errno, words: "No")])]], log: log)
    #expect(error?.code == code)
    #expect(error?.errno == errno)
    #expect(error?.kernelMessage == "No")
    #expect((error?.suggestion == nil) == (code == .system))
    #expect(log.requests.count == 1)
  }

  /// Before Linux 6.0 only sockets could be destroyed.
  @Test func kernelMayDestroySocketsAndNoRecords() throws {
    let error = failure(try Self.socket("tcp", "time-wait"), [[.messages([.error(EOPNOTSUPP)])]])
    #expect(error?.code == .undestroyableRecord)
    #expect(error?.suggestion?.contains("wait until its timer ends") == true)
  }

  @Test func connectionThatIsNotFoundIsGone() throws {
    let error = failure(try Self.socket(), [Self.notFound, Self.empty])
    #expect(error?.code == .gone)
    #expect(error?.errno == ENOENT)
  }

  @Test func missingHandlerIsNotTakenForAMissingSocket() throws {
    let socket = try Self.socket("udp", "close")
    #expect(
      failure(socket, [Self.notFound, [.messages([.done(errno: ENOENT)])]])?.code == .missingProtocolHandler)
    #expect(failure(socket, [Self.notFound, [.messages([.error(ENOENT)])]])?.code == .missingFamily)
  }

  @Test func boundSocketIsDistinguishedFromOneThatIsGone() throws {
    let socket = try Self.socket("tcp", "listen")
    let bound: [Event] = [.messages([.socket(port: 1, cookie: 7, state: .close), .done()])]
    #expect(failure(socket, [Self.notFound, Self.empty, bound])?.code == .onlyBound)
    let other: [Event] = [.messages([.socket(port: 1, cookie: 8, state: .close), .done()])]
    #expect(failure(socket, [Self.notFound, Self.empty, other])?.code == .gone)
  }

  @Test func socketMissingFromAPartialListIsNotTakenForGone() throws {
    let partial: [Event] = [.messages([.interrupted(.done())])]
    let socket = try Self.socket("tcp", "listen")
    #expect(failure(socket, [Self.notFound, Self.empty, partial, partial, partial])?.code == .incomplete)
  }

  // MARK: Shared addresses

  private static func group(of cookies: UInt64...) -> [Event] {
    [.messages(cookies.map { .socket(port: 1, cookie: $0, state: .listen) } + [.done()])]
  }

  @Test func sharedPortIsTriedWithOnePeerAfterAnother() throws {
    let log = ScriptedKernel.Log()
    let script =
      [Self.notFound, Self.empty, Self.group(of: 6, 7)] + Array(repeating: Self.notFound, count: 5)
      + [Self.acknowledgement]
    #expect(failure(try Self.socket("tcp", "listen"), script, log: log) == nil)
    let requests = log.requests.filter { $0.form == .destroy }
    #expect(requests.count == 7)
    #expect(requests.allSatisfy { $0.cookie == SocketCookie(rawValue: 7) && $0.local == "127.0.0.1:1" })
    #expect(Set(requests.map(\.remote)).count == 6)
  }

  @Test func destroyAttemptsAreLimited() throws {
    let log = ScriptedKernel.Log()
    func script(after: [Event]) -> [[Event]] {
      [Self.notFound, Self.empty, Self.group(of: 6, 7)] + Array(repeating: Self.notFound, count: 33) + [after]
    }
    let socket = try Self.socket("tcp", "listen")
    #expect(failure(socket, script(after: Self.group(of: 6, 7)), log: log)?.code == .shadowed)
    #expect(log.requests.count { $0.form == .destroy } == 34)
    // It may have been closed meanwhile.
    #expect(failure(socket, script(after: Self.group(of: 6)))?.code == .gone)
  }

  @Test func socketAloneAtItsAddressIsTriedOnce() throws {
    let log = ScriptedKernel.Log()
    let script = [Self.notFound, Self.empty, Self.group(of: 7), Self.notFound, Self.group(of: 7)]
    #expect(failure(try Self.socket("tcp", "listen"), script, log: log)?.code == .shadowed)
    #expect(log.requests.count { $0.form == .destroy } == 2)
  }

  @Test func refusalEndsTheAttempts() throws {
    let script = [Self.notFound, Self.empty, Self.group(of: 6, 7), Self.notFound, [.messages([.error(EPERM)])]]
    #expect(failure(try Self.socket("tcp", "listen"), script)?.code == .permissionDenied)
  }
}
