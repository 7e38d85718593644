import Glibc
import SockDiagTesting
import Testing

/// An inspector that asks a simulated kernel behaves as on Linux.
@Suite struct SimulatedKernelTests {
  private static let listener = InetSocket.specimen(.tcp, .listen, local: "0.0.0.0:443") { $0.sendQueue = 511 }
  private static let connection = InetSocket.specimen(local: "10.0.0.1:443", remote: "10.0.0.9:51000") {
    $0.uid = 33
    $0.tcpInfo = .specimen { $0.smoothedRTT = .milliseconds(300) }
  }
  private static let v6 = InetSocket.specimen(local: "[2001:db8::1]:22", remote: "[2001:db8::9]:50022")
  private static let record = InetSocket.specimen(.tcp, .timeWait, local: "10.0.0.1:443", remote: "10.0.0.9:51001")
  private static let bound = InetSocket.specimen(.tcp, .boundInactive, local: "10.0.0.1:8080")
  private static let resolver = InetSocket.specimen(.udp, .close, local: "127.0.0.53:53")
  private static let client = InetSocket.specimen(.udp, .established, local: "10.0.0.1:40000", remote: "10.0.0.53:53")

  private let kernel = SimulatedKernel([
    listener, connection, v6, record, bound, resolver, client,
  ])

  private func count(_ query: SocketQuery) throws -> Int {
    var inspector = SocketInspector(asking: kernel)
    let dump = try inspector.dump(query)
    #expect(dump.defects.isComplete)
    return dump.sockets.count
  }

  // MARK: Dumps

  @Test func dumpSelectsByProtocolFamilyAndState() throws {
    #expect(try count(SocketQuery(.tcp)) == 3)
    #expect(try count(SocketQuery(.tcp, family: .inet6)) == 1)
    #expect(try count(SocketQuery(.tcp, states: .listen)) == 1)
    #expect(try count(SocketQuery(.tcp, states: .boundInactive)) == 1)
    #expect(try count(SocketQuery(.udp)) == 2)
  }

  @Test func filterRunsInTheKernelAndInTheReader() throws {
    #expect(try count(SocketQuery(.tcp, states: .all, matching: .localPort == 443)) == 3)
    #expect(try count(SocketQuery(.tcp, matching: .remote(in: "10.0.0.0/8"))) == 2)
    #expect(try count(SocketQuery(.tcp, family: .inet, states: .established, matching: "rtt > 200ms")) == 1)
    #expect(try count(SocketQuery(.tcp, states: .established, matching: "uid 33")) == 1)
  }

  @Test func detailsComeOnlyIfAskedFor() throws {
    var inspector = SocketInspector(asking: kernel)
    let plain = try inspector.dump(SocketQuery(.tcp, family: .inet, states: .established)).sockets
    #expect(plain.map(\.tcpInfo) == [nil])
    let detailed = try inspector.dump(SocketQuery(.tcp, family: .inet, states: .established, details: .tcpInfo)).sockets
    #expect(detailed.first?.tcpInfo?.smoothedRTT == .milliseconds(300))
  }

  @Test func longDumpComesInSeveralDatagramsAndStopsOnRequest() throws {
    let crowd = (1...1000).map { port in
      InetSocket.specimen(
        local: SocketAddress(IPAddress(v4: 0x0a00_0001), port: 443),
        remote: SocketAddress(IPAddress(v4: 0x0a00_0009), port: UInt16(port)))
    }
    var inspector = SocketInspector(answering: crowd)
    #expect(try inspector.dump(SocketQuery(.tcp)).sockets.map(\.remote) == crowd.map(\.remote))
    var seen = 0
    let defects = try inspector.forEach(SocketQuery(.tcp)) { _ in
      seen += 1
      return .stop
    }
    #expect(seen == 1 && defects == .stopped)
    #expect(try inspector.dump(SocketQuery(.tcp)).sockets.count == 1000)
  }

  @Test func socketsMayChangeBetweenTwoPolls() throws {
    var inspector = SocketInspector(asking: kernel)
    kernel.sockets.removeAll { $0.state != .listen }
    #expect(try inspector.dump(SocketQuery(.tcp)).sockets.isEmpty)
    kernel.sockets.append(Self.connection)
    #expect(try inspector.dump(SocketQuery(.tcp)).sockets.count == 1)
  }

  @Test func everySocketHasACookieOfItsOwn() {
    let cookies = kernel.sockets.map(\.cookie)
    #expect(Set(cookies).count == cookies.count && !cookies.contains(nil))
  }

  // MARK: One socket

  @Test func lookUpFindsConnectionOrElseListener() throws {
    var inspector = SocketInspector(asking: kernel)
    let connection = try inspector.socket(.tcp, local: "10.0.0.1:443", remote: "10.0.0.9:51000", details: .tcpInfo)
    #expect(connection?.uid == 33 && connection?.tcpInfo != nil)
    #expect(try inspector.socket(.tcp, local: "10.0.0.1:443", remote: "10.0.0.7:1")?.state == .listen)
    #expect(try inspector.socket(.tcp, local: "10.0.0.1:80") == nil)
    #expect(try inspector.socket(.udp, local: "10.0.0.1:40000", remote: "10.0.0.53:53")?.state == .established)
    #expect(try inspector.socket(.udp, local: "127.0.0.53:53") != nil)
  }

  @Test func currentGivesTheSameSocketOrNothing() throws {
    var inspector = SocketInspector(asking: kernel)
    for socket in kernel.sockets {
      let now = try inspector.current(socket)
      #expect(now?.cookie == socket.cookie, "\(socket)")
    }
    let old = try #require(kernel.sockets.first { $0.state == .established })
    kernel.sockets = kernel.sockets.map { $0 == old ? $0.changing { $0.cookie = SocketCookie(rawValue: 999) } : $0 }
    #expect(try inspector.current(old) == nil)
  }

  @Test func destroyRemovesTheSocketOnce() throws {
    var inspector = SocketInspector(asking: kernel)
    let socket = try #require(kernel.sockets.first { $0.state == .established })
    try inspector.destroy(socket)
    #expect(!kernel.sockets.contains(socket))
    #expect(kernel.requests.last?.form == .destroy)
    #expect(throws: SockDiagError(.gone, operation: "destroy a socket", errno: ENOENT)) {
      try inspector.destroy(socket)
    }
    let bound = try #require(kernel.sockets.first { $0.state == .boundInactive })
    #expect(throws: SockDiagError(.onlyBound, operation: "destroy a socket", errno: ENOENT)) {
      try inspector.destroy(bound)
    }
  }

  // MARK: Failures

  private func code(_ body: (inout SocketInspector) throws -> Void) -> SockDiagError.Code? {
    var inspector = SocketInspector(asking: kernel)
    do {
      try body(&inspector)
      return nil
    } catch { return (error as? SockDiagError)?.code }
  }

  @Test func refusalIsThrownOnceAndCarriesTheExplanation() throws {
    var inspector = SocketInspector(asking: kernel)
    kernel.answer(.dump, with: .error(EPERM, explanation: "No"))
    do throws(SockDiagError) {
      _ = try inspector.dump(SocketQuery(.tcp))
      Issue.record("no error")
    } catch { #expect(error.code == .permissionDenied && error.kernelMessage == "No") }
    #expect(try inspector.dump(SocketQuery(.tcp)).sockets.count == 3)
  }

  @Test func destroyMayBeRefused() throws {
    let socket = try #require(kernel.sockets.first { $0.state == .established })
    kernel.answer(.destroy, with: .error(EPERM))
    #expect(code { try $0.destroy(socket) } == .permissionDenied)
    kernel.answer(.destroy, with: .error(EOPNOTSUPP))
    #expect(code { try $0.destroy(socket) } == .destroyUnsupported)
    kernel.answer(.destroy, with: .nothing)
    #expect(code { try $0.destroy(socket) } == .noReply)
    kernel.answer(.destroy, with: .malformed)
    #expect(code { try $0.destroy(socket) } == .malformedReply)
    #expect(kernel.sockets.contains(socket))
  }

  @Test func missingHandlerIsAnErrorOfItsOwn() {
    kernel.protocols = [.tcp]
    #expect(code { _ = try $0.dump(SocketQuery(.udp)) } == .missingProtocolHandler)
    #expect(code { _ = try $0.socket(.udp, local: "127.0.0.53:53") } == .missingProtocolHandler)
    kernel.answer(.dump, with: .missingHandler)
    #expect(code { _ = try $0.dump(SocketQuery(.tcp)) } == .missingProtocolHandler)
    #expect(code { _ = try $0.dump(SocketQuery(.tcp)) } == nil)
  }

  @Test(arguments: [
    (SimulatedAnswer.interrupted, DumpDefects.interrupted), (.overrun, .overrun), (.unfinished, .unfinished),
  ])
  func dumpWithAPassingDefectIsRepeatedThenPartial(answer: SimulatedAnswer, defect: DumpDefects) throws {
    var inspector = SocketInspector(asking: kernel)
    kernel.answer(.dump, with: answer)
    #expect(try inspector.dump(SocketQuery(.tcp)).defects.isComplete)
    kernel.answer(.dump, with: answer, times: 3)
    let dump = try inspector.dump(SocketQuery(.tcp))
    #expect(dump.defects == defect)
    #expect(dump.sockets.count == 3)
  }

  @Test func malformedRecordDoesNotHideTheOthers() throws {
    var inspector = SocketInspector(asking: kernel)
    kernel.answer(.dump, with: .malformed)
    let dump = try inspector.dump(SocketQuery(.tcp))
    #expect(dump.defects == .malformed && dump.sockets.count == 3)
    kernel.answer(.get, with: .malformed)
    #expect(code { _ = try $0.socket(.tcp, local: "10.0.0.1:443") } == .malformedReply)
  }

  @Test func noAnswerIsAnError() {
    kernel.answer(.dump, with: .nothing)
    #expect(code { _ = try $0.dump(SocketQuery(.tcp)) } == .noReply)
    kernel.answer(.get, with: .nothing)
    #expect(code { _ = try $0.socket(.tcp, local: "10.0.0.1:443") } == .noReply)
  }

  @Test func requestsAreNotedWithoutQuestionsAboutTheKernel() throws {
    _ = try count(SocketQuery(.udp, matching: .localPort == 53))
    #expect(kernel.requests.map(\.form) == [.dump])
    #expect(kernel.requests.first?.local.port == 53)
    kernel.answer(.dump, with: .nothing, times: 0)
    kernel.answer(.dump, with: .nothing, times: .min)
    #expect(try count(SocketQuery(.udp)) == 2)
  }
}
