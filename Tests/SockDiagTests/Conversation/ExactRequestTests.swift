import Glibc
import SockDiag
import SockDiagTestKit
import SockDiagTesting
import SockDiagWire
import Synchronization
import Testing

/// The results of a conversation for the answers to a request for one socket, and what an observer sees.
@Suite struct ExactRequestTests {
  private typealias Event = ScriptedKernel.Event

  private func get(_ events: [Event]..., log: ScriptedKernel.Log = .init()) throws(SockDiagError) -> InetSocket? {
    var reader = InetReader(ScriptedKernel(events, log: log))
    return try reader.get(InetRequest(.get, .tcp, .inet))
  }

  private func failure(_ events: [Event]...) -> SockDiagError? {
    do throws(SockDiagError) {
      var reader = InetReader(ScriptedKernel(events))
      _ = try reader.get(InetRequest(.get, .tcp, .inet))
      return nil
    } catch { return error }
  }

  // MARK: Whom it believes

  @Test func onlyTheKernelsReplyToThisRequestCounts() throws {
    let log = ScriptedKernel.Log()
    let socket = try get(
      [
        .foreign(port: 77, [.socket(port: 666, cookie: 1)]), .failure(EINTR),
        .messages([.withSequence(99, .socket(port: 667, cookie: 2)), .withPortID(99, .socket(port: 668, cookie: 3))]),
        .messages([.withSequence(99, .error(EPERM))]), .messages([.withPortID(99, .error(EPERM))]),
        .messages([.noOperation, .error(0)]), .messages([.socket(port: 9, cookie: 5)]),
      ], log: log)
    #expect(socket?.local.port == 9)
    #expect(log.requests.count == 1)
    #expect(log.unreadEvents == 0)
  }

  @Test func silenceAndLossAreErrors() {
    #expect(failure([])?.code == .noReply)
    #expect(failure([.failure(ENOBUFS), .messages([.socket(port: 9, cookie: 5)])])?.code == .noReply)
    #expect(failure([.messages([.error(0)])])?.code == .noReply)
    #expect(failure([.failure(EBADF)])?.errno == EBADF)
  }

  @Test func refusalsKeepTheKernelMessage() {
    let error = failure([.messages([.error(EINVAL, words: "Invalid cookie")])])
    #expect(error?.code == .invalidRequest)
    #expect(error?.errno == EINVAL)
    #expect(error?.kernelMessage == "Invalid cookie")
    #expect(failure([.messages([.error(EPERM)])])?.code == .permissionDenied)
  }

  @Test func damageIsAnErrorWithItsOffset() {
    let error = failure([.bytes([UInt8](repeating: 0xff, count: 40))])
    #expect(error?.code == .malformedReply)
    #expect(error?.wireError?.code == .messageLength)
  }

  /// The second answer is as long as the first, so that it takes the larger buffer.
  @Test func replyLongerThanTheBufferIsRequestedAgain() throws {
    let long = NetlinkBytes.attribute(4000, [UInt8](repeating: 7, count: 50_000))
    let answer: [Event] = [.messages([.socketWithAttributes(port: 9, cookie: 5, long)])]
    let log = ScriptedKernel.Log()
    let socket = try get(answer, answer, log: log)
    #expect(socket?.unknownAttributes.map(\.payload.count) == [50_000])
    #expect(log.requests.count == 2)
  }

  // MARK: Which handlers are known

  @Test func eachProtocolAndFamilyIsProbedOnce() throws {
    let log = ScriptedKernel.Log()
    let absent: [Event] = [.messages([.error(ENOENT)])]
    let empty: [Event] = [.messages([.done()])]
    var reader = InetReader(
      ScriptedKernel([absent, empty, absent, absent, empty, absent, empty, absent, absent], log: log))
    for (kind, family) in [
      (TransportProtocol.tcp, AddressFamily.inet), (.tcp, .inet), (.udp, .inet), (.tcp, .inet6), (.tcp, .inet6),
      (.udp, .inet),
    ] {
      #expect(try reader.get(InetRequest(.get, kind, family)) == nil)
    }
    let forms: [InetRequest.Form] = [.get, .dump, .get, .get, .dump, .get, .dump, .get, .get]
    #expect(log.requests.map(\.form) == forms)
    #expect(log.requests.map(\.protocol) == [.tcp, .tcp, .tcp, .udp, .udp, .tcp, .tcp, .tcp, .udp])
  }

  /// A handler that was missing may be loaded.
  @Test func missingHandlerIsProbedAgain() throws {
    let absent: [Event] = [.messages([.error(ENOENT)])]
    var reader = InetReader(
      ScriptedKernel([absent, [.messages([.done(errno: ENOENT)])], absent, [.messages([.done()])]]))
    #expect(throws: SockDiagError.self) { try reader.get(InetRequest(.get, .udp, .inet)) }
    #expect(try reader.get(InetRequest(.get, .udp, .inet)) == nil)
  }

  // MARK: Observers

  /// The datagrams that an observer saw: the direction and the length of each.
  private static func observed(
    _ events: [[Event]], _ body: (inout InetReader<ScriptedKernel>) throws -> Void
  ) rethrows -> [String] {
    let seen = Mutex<[String]>([])
    var reader = InetReader(ScriptedKernel(events))
    reader.conversation.observer = { direction, datagram in
      let entry = "\(direction) \(datagram.count)"
      seen.withLock { $0.append(entry) }
    }
    try body(&reader)
    return seen.withLock { $0 }
  }

  @Test func everyRequestAndEveryDatagramOfItsReplyIsObserved() throws {
    let request = InetRequest(.get, .tcp, .inet)
    let socket: Event = .messages([.socket(port: 1, cookie: 1)])
    let foreign: Event = .foreign(port: 7, [.socket(port: 2, cookie: 2)])
    #expect(
      try Self.observed([[foreign, socket]]) { _ = try $0.conversation.get(request) { _, _ in } }
        == ["request 72", "reply 88"])
    #expect(
      try Self.observed([[foreign, .messages([.error(0)])]]) {
        _ = try $0.conversation.acknowledged(request, operation: "try")
      } == ["request 72", "reply 36"])
    #expect(
      try Self.observed([[foreign, socket, socket, .messages([.done()])]]) {
        _ = try $0.conversation.dump(InetRequest(.dump, .tcp, .inet)) { _, _ in .continue }
      } == ["request 72", "reply 88", "reply 88", "reply 20"])
  }

  @Test func capabilityProbesAreNotObserved() throws {
    let absent: [Event] = [.messages([.error(ENOENT)])]
    let seen = try Self.observed([absent, [.messages([.done()])], absent]) { reader in
      for _ in 0..<2 { _ = try reader.get(InetRequest(.get, .tcp, .inet)) }
    }
    #expect(seen == ["request 72", "reply 36", "request 72", "reply 36"])
  }
}
