import Foundation
import SockDiag
import SockDiagTestKit
import SockDiagTesting
import SockDiagWire
import Testing

/// The requests of a query, and how streams end.
@Suite struct InetReaderTests {
  private typealias Event = ScriptedKernel.Event

  private static let empty: [Event] = [.messages([.done()])]
  private static let missingHandler: [Event] = [.messages([.done(errno: ENOENT)])]

  // MARK: Stopping early

  @Test func stoppedStreamIsDrainedBeforeTheNextRequest() throws {
    let log = ScriptedKernel.Log()
    var reader = InetReader(
      ScriptedKernel(
        [
          [.messages([.socket(port: 1, cookie: 1)]), .messages([.socket(port: 2, cookie: 2)]), .messages([.done()])],
          [.messages([.socket(port: 3, cookie: 3), .done()])],
        ], log: log))
    var seen: [UInt16] = []
    let result = try reader.forEach(SocketQuery(.tcp, family: .inet)) { socket in
      seen.append(socket.local.port)
      return .stop
    }
    #expect(result.defects == .stopped)
    #expect(seen == [1])
    #expect(log.unreadEvents == 2)

    #expect(try reader.dump(SocketQuery(.tcp, family: .inet)).sockets.map(\.local.port) == [3])
    #expect(log.unreadEvents == 0)
  }

  @Test func drainingSurvivesOverrunAndDamage() throws {
    var reader = InetReader(
      ScriptedKernel([
        [
          .messages([.socket(port: 1, cookie: 1)]), .failure(ENOBUFS), .failure(EINTR), .bytes([9]),
          .messages([.done()]),
        ],
        [.messages([.socket(port: 3, cookie: 3), .done()])],
      ]))
    _ = try reader.forEach(SocketQuery(.tcp, family: .inet)) { _ in .stop }
    let next = try reader.dump(SocketQuery(.tcp, family: .inet))
    #expect(next.sockets.map(\.local.port) == [3])
    // A defect of one family is not reported for the other.
    #expect(next.defects.isComplete)
  }

  @Test func stopAtTheEndNeedsNoDraining() throws {
    let log = ScriptedKernel.Log()
    var reader = InetReader(
      ScriptedKernel(
        [[.messages([.socket(port: 1, cookie: 1), .socket(port: 2, cookie: 2), .done()])], Self.empty], log: log))
    var count = 0
    _ = try reader.forEach(SocketQuery(.tcp, family: .inet)) { _ in
      count += 1
      return .stop
    }
    #expect(count == 1)
    #expect(log.unreadEvents == 0)
    let receptions = log.receptions
    _ = try reader.dump(SocketQuery(.tcp, family: .inet))
    #expect(log.receptions == receptions + 1)
  }

  @Test func finishedDumpNeedsNoDraining() throws {
    let log = ScriptedKernel.Log()
    var reader = InetReader(ScriptedKernel([Self.empty, Self.empty], log: log))
    for count in 1...2 {
      _ = try reader.dump(SocketQuery(.tcp, family: .inet))
      #expect(log.receptions == count)
    }
  }

  @Test func drainingTrustsOnlyTheKernel() throws {
    let log = ScriptedKernel.Log()
    var reader = InetReader(
      ScriptedKernel(
        [
          [
            .messages([.socket(port: 1, cookie: 1)]), .foreign(port: 7, [.done()]),
            .messages([.withSequence(99, .done())]), .messages([.socket(port: 2, cookie: 2)]), .messages([.done()]),
          ], [.messages([.socket(port: 3, cookie: 3), .done()])],
        ], log: log))
    _ = try reader.forEach(SocketQuery(.tcp, family: .inet)) { _ in .stop }
    #expect(try reader.dump(SocketQuery(.tcp, family: .inet)).sockets.map(\.local.port) == [3])
    #expect(log.unreadBeforeRequests == [0, 0])
  }

  // MARK: Both families

  @Test func bothFamiliesOfTCPAreOneWalk() throws {
    let log = ScriptedKernel.Log()
    var reader = InetReader(ScriptedKernel([Self.empty, Self.empty, Self.empty], log: log))
    _ = try reader.dump(SocketQuery(.tcp, states: .listen))
    _ = try reader.dump(SocketQuery(.tcp, states: .listen))
    // The first request asks for no state: it only finds out whether the kernel supports the message.
    #expect(log.requests.map(\.family) == [nil, nil, nil])
    #expect(log.requests.map(\.states) == [[], .listen, .listen])
  }

  @Test func kernelWithoutTheLegacyMessageIsWalkedTwice() throws {
    let log = ScriptedKernel.Log()
    var reader = InetReader(
      ScriptedKernel(
        [
          [.messages([.error(EOPNOTSUPP)])], [.messages([.socket(port: 4, cookie: 1), .done()])],
          [.messages([.socket(port: 6, cookie: 2), .done()])],
        ], log: log))
    #expect(try reader.dump(SocketQuery(.tcp)).sockets.map(\.local.port) == [4, 6])
    #expect(log.requests.map(\.family) == [nil, .inet, .inet6])
  }

  @Test func udpIsOneWalkWhereTheKernelReadsTheProtocolAttribute() throws {
    let log = ScriptedKernel.Log()
    var reader = InetReader(ScriptedKernel([Self.empty, Self.missingHandler, Self.empty], log: log))
    _ = try reader.dump(SocketQuery(.udp, states: .all))
    #expect(log.requests.last?.family == nil)
    #expect(log.requests.last?.protocol == .udp)
  }

  @Test func udpIsTwoWalksWhereTheKernelIgnoresTheProtocolAttribute() throws {
    let log = ScriptedKernel.Log()
    // A kernel before 5.9 answers the request for an impossible protocol with an empty list of TCP sockets.
    var reader = InetReader(ScriptedKernel([Self.empty, Self.empty, Self.empty, Self.empty], log: log))
    _ = try reader.dump(SocketQuery(.udp, states: .all))
    #expect(log.requests.suffix(2).map(\.family) == [.inet, .inet6])
  }

  @Test func kernelWithoutIPv6ReportsOnlyIPv4Sockets() throws {
    var reader = InetReader(
      ScriptedKernel([
        [.messages([.error(EOPNOTSUPP)])], [.messages([.socket(port: 4, cookie: 1), .done()])],
        [.messages([.error(ENOENT)])],
      ]))
    let dump = try reader.dump(SocketQuery(.tcp))
    #expect(dump.sockets.map(\.local.port) == [4])
    #expect(dump.defects.isComplete)
  }

  /// A kernel that answers for one family after the other.
  private static func twice(
    _ first: [Event], _ second: [Event], log: ScriptedKernel.Log = .init()
  ) -> InetReader<ScriptedKernel> {
    InetReader(ScriptedKernel([[.messages([.error(EOPNOTSUPP)])], first, second], log: log))
  }

  private static let four: [Event] = [.messages([.socket(port: 4, cookie: 1), .done()])]

  @Test(arguments: [EIO, EPERM, ENOMEM, EBUSY])
  func anyOtherErrorOfTheSecondFamilyIsThrown(_ errno: Int32) throws {
    // The second request is for a kernel that is busy.
    let refused: [Event] = [.messages([.error(errno)])]
    var reader = InetReader(
      ScriptedKernel([[.messages([.error(EOPNOTSUPP)])], Self.four, refused, errno == EBUSY ? refused : []]))
    let error = #expect(throws: SockDiagError.self) { try reader.dump(SocketQuery(.tcp)) }
    #expect(error?.errno == errno)
  }

  @Test func singleMissingFamilyIsAnError() throws {
    var reader = Self.twice([.messages([.error(ENOENT)])], Self.empty)
    let error = #expect(throws: SockDiagError.self) { try reader.dump(SocketQuery(.tcp)) }
    #expect(error?.code == .missingFamily)
  }

  @Test func defectOfEitherFamilyAffectsTheWholeDump() throws {
    let interrupted: [Event] = [.messages([.interrupted(.done())])]
    let overrun: [Event] = [.messages([.overrun, .done()])]
    let both: DumpDefects = [.interrupted, .overrun]
    for (first, second, expected) in [
      (interrupted, Self.empty, DumpDefects.interrupted), (Self.empty, overrun, .overrun),
      (interrupted, overrun, both),
    ] {
      var reader = Self.twice(first, second)
      #expect(try reader.forEach(SocketQuery(.tcp)) { _ in .continue }.defects == expected)
    }
  }

  @Test func stoppedReaderRequestsOnlyTheFirstFamily() throws {
    let log = ScriptedKernel.Log()
    var reader = Self.twice(Self.four, Self.empty, log: log)
    #expect(try reader.forEach(SocketQuery(.tcp)) { _ in .stop }.defects == .stopped)
    #expect(log.requests.map(\.family) == [nil, .inet])
  }

  @Test func missingKernelCapabilityIsCached() throws {
    let log = ScriptedKernel.Log()
    var reader = InetReader(
      ScriptedKernel(
        [[.messages([.error(EOPNOTSUPP)])], Self.empty, Self.empty, Self.empty, Self.empty, Self.empty, Self.empty],
        log: log))
    for kind in [TransportProtocol.tcp, .tcp, .udp] { _ = try reader.dump(SocketQuery(kind)) }
    #expect(log.requests.map(\.family) == [nil, .inet, .inet6, .inet, .inet6, .inet, .inet6])
  }

  @Test func ignoredProtocolAttributeIsCached() throws {
    let log = ScriptedKernel.Log()
    var reader = InetReader(ScriptedKernel(.init(repeating: Self.empty, count: 6), log: log))
    for _ in 0..<2 { _ = try reader.dump(SocketQuery(.udp, states: .all)) }
    #expect(log.requests.map(\.family) == [nil, nil, .inet, .inet6, .inet, .inet6])
  }

  /// Memory may be short now, and a module may be loaded later.
  @Test func temporaryRefusalIsNotCached() throws {
    let log = ScriptedKernel.Log()
    let short: [Event] = [.messages([.error(ENOMEM)])]
    var reader = InetReader(
      ScriptedKernel(
        [
          short, Self.empty, Self.empty,
          // Now for UDP, whose capability request comes second.
          Self.empty, short, Self.empty, Self.empty,
          Self.missingHandler, Self.empty,
        ], log: log))
    for kind in [TransportProtocol.tcp, .udp, .udp] { _ = try reader.dump(SocketQuery(kind, states: .all)) }
    #expect(log.requests.map(\.family) == [nil, .inet, .inet6, nil, nil, .inet, .inet6, nil, nil])
    #expect(log.requests.last?.protocol == .udp)
  }

  /// A TIME_WAIT record has the cookie of its socket, which may still be bound to the port.
  @Test func recordAndItsSocketAreTwoSockets() throws {
    var reader = InetReader(
      ScriptedKernel([
        [
          .messages([
            .socket(port: 1, cookie: 7, state: .timeWait), .socket(port: 1, cookie: 7, state: .close),
            .socket(port: 1, cookie: 7, state: .timeWait), .socket(port: 1, cookie: 0), .socket(port: 1, cookie: 0),
            .done(),
          ])
        ]
      ]))
    let states = try reader.dump(SocketQuery(.tcp, family: .inet, states: .all)).sockets.map(\.state)
    #expect(states == [.timeWait, .boundInactive, .established, .established])
  }

  // MARK: Kernels without a handler

  private static let proc = Fixtures.folder.appending(path: "proc/linux-6.18").path

  @Test(arguments: [ScriptedKernel.Message.done(errno: ENOENT), .error(ENOENT)])
  func procNetIsReadIfSockDiagCannotAnswer(_ refusal: ScriptedKernel.Message) throws {
    var reader = InetReader(ScriptedKernel([[.messages([refusal])]]), procRoot: Self.proc)
    let dump = try reader.dump(SocketQuery(.udp, family: .inet, states: .all))
    #expect(dump.source == .procNet)
    #expect(!dump.sockets.isEmpty)
    #expect(dump.sockets.allSatisfy { $0.source == .procNet && $0.protocol == .udp && $0.family == .inet })
  }

  @Test func statesMissingInProcNetAreReported() throws {
    let query = SocketQuery(.tcp, family: .inet, states: .boundInactive)
    var reader = InetReader(ScriptedKernel([[.messages([.error(ENOENT)])]]), procRoot: Self.proc)
    #expect(reader.substitution == nil)
    let dump = try reader.dump(query)
    #expect(dump.sockets.isEmpty && dump.defects == .missingStates && dump.source == .procNet)
    #expect(reader.substitution?.code == .missingFamily)
    var stream = InetReader(ScriptedKernel([[.messages([.error(ENOENT)])]]), procRoot: Self.proc)
    let streamed = try stream.forEach(query) { _ in .continue }
    #expect(streamed.defects == .missingStates && streamed.source == .procNet)
    // Without proc nothing is known, and the kernel's error is more useful.
    var blind = InetReader(ScriptedKernel([[.messages([.error(ENOENT)])]]), procRoot: "/nonexistent")
    #expect(throws: SockDiagError.self) { try blind.dump(query) }
  }

  @Test func reasonForProcNetIsClearedWhenTheKernelAnswers() throws {
    var reader = InetReader(
      ScriptedKernel([Self.missingHandler, [.messages([.socket(port: 3, cookie: 3), .done()])]]), procRoot: Self.proc)
    _ = try reader.dump(SocketQuery(.udp, family: .inet, states: .all))
    #expect(reader.substitution?.code == .missingProtocolHandler)
    _ = try reader.dump(SocketQuery(.udp, family: .inet, states: .all))
    #expect(reader.substitution == nil)
  }

  @Test func streamUsesProcNetToo() throws {
    var reader = InetReader(ScriptedKernel([Self.missingHandler]), procRoot: Self.proc)
    var sources: Set<SocketSource> = []
    let result = try reader.forEach(SocketQuery(.udp, family: .inet, states: .all)) { socket in
      sources.insert(socket.source)
      return .continue
    }
    #expect(result.source == .procNet && result.defects.isComplete)
    #expect(sources == [.procNet])
    var kernel = InetReader(ScriptedKernel([Self.empty]), procRoot: Self.proc)
    let source = try kernel.forEach(SocketQuery(.udp, family: .inet, states: .all)) { _ in .continue }.source
    #expect(source == .sockDiag)
  }

  /// Why the last list came from `/proc/net`, and not an earlier one.
  @Test func procNetRowsAreDroppedWhenTheKernelAnswers() throws {
    let query = SocketQuery(.udp, family: .inet, states: .all)
    for isStream in [true, false] {
      var reader = InetReader(ScriptedKernel([Self.missingHandler, Self.empty]), procRoot: Self.proc)
      for expected in [SockDiagError.Code?.some(.missingProtocolHandler), nil] {
        if isStream { _ = try reader.forEach(query) { _ in .continue } } else { _ = try reader.dump(query) }
        let code = reader.substitution?.code
        #expect(code == expected)
      }
    }
  }

  @Test func rowThatProcNetGivesTwiceIsCollectedOnce() throws {
    let root = Fixtures.folder.appending(path: "proc/repeated").path
    var reader = InetReader(ScriptedKernel([Self.missingHandler]), procRoot: root)
    let query = SocketQuery(.tcp, family: .inet, states: .all)
    #expect(try reader.dump(query).sockets == ProcNet.dump(query, root: root).sockets)
  }

  @Test func procNetDoesNotReplaceAMissingPermission() {
    var reader = InetReader(ScriptedKernel([[.messages([.error(EPERM)])]]), procRoot: Self.proc)
    let error = #expect(throws: SockDiagError.self) {
      try reader.dump(SocketQuery(.udp, family: .inet, states: .all))
    }
    #expect(error?.code == .permissionDenied)
  }

  @Test func onlyKernelDatagramsAreRecorded() {
    var reader = InetReader(ScriptedKernel([Self.missingHandler]), procRoot: Self.proc)
    reader.conversation.observer = { _, _ in }
    let error = #expect(throws: SockDiagError.self) {
      try reader.dump(SocketQuery(.udp, family: .inet, states: .all))
    }
    #expect(error?.code == .missingProtocolHandler)
  }

  @Test func failedProcNetKeepsTheKernelsError() {
    var reader = InetReader(ScriptedKernel([Self.missingHandler]), procRoot: "/nonexistent")
    let error = #expect(throws: SockDiagError.self) {
      try reader.dump(SocketQuery(.udp, family: .inet, states: .all))
    }
    #expect(error?.code == .missingProtocolHandler)
  }

  // MARK: Filters

  @Test func singlePortsGoIntoTheRequestItself() throws {
    let log = ScriptedKernel.Log()
    var reader = InetReader(ScriptedKernel([Self.empty], log: log))
    _ = try reader.dump(SocketQuery(.tcp, family: .inet, matching: .localPort == 22 && .remotePort == 4000))
    let request = try #require(log.requests.last)
    #expect(request.local.port == 22)
    #expect(request.remote.port == 4000)
    #expect(request.bytecode.isEmpty)
  }

  @Test func severalPortsBecomeAProgram() throws {
    let log = ScriptedKernel.Log()
    var reader = InetReader(ScriptedKernel([Self.empty], log: log))
    _ = try reader.dump(SocketQuery(.tcp, family: .inet, matching: .localPort(in: [22, 80])))
    let request = try #require(log.requests.last)
    #expect(request.local.port == 0)
    #expect(!request.bytecode.isEmpty)
  }

  @Test func programOfAnyLengthFitsIntoTheRequest() throws {
    var lengths: [Int] = []
    for count in stride(from: 2, to: 400, by: 2) {
      let log = ScriptedKernel.Log()
      var reader = InetReader(ScriptedKernel([Self.empty], log: log))
      let ports = PortSet((1...count).map { UInt16($0 * 10)...UInt16($0 * 10) })
      _ = try reader.dump(SocketQuery(.tcp, family: .inet, matching: .localPort(in: ports)))
      lengths.append(try #require(log.requests.last?.bytecode.count))
    }
    // From what the first buffer holds to several times as much.
    #expect(lengths.contains { $0 < 500 } && lengths.contains { 800...1700 ~= $0 } && lengths.contains { $0 > 2048 })
  }

  @Test func portZeroIsAPortAndNotAWildcard() throws {
    let log = ScriptedKernel.Log()
    var reader = InetReader(ScriptedKernel([Self.empty], log: log))
    _ = try reader.dump(SocketQuery(.tcp, family: .inet, matching: .remotePort == 0))
    #expect(log.requests.last?.bytecode.isEmpty == false)
  }

  @Test func boundSocketPortIsNotPutIntoTheRequest() throws {
    let log = ScriptedKernel.Log()
    var reader = InetReader(ScriptedKernel([Self.empty], log: log))
    _ = try reader.dump(SocketQuery(.tcp, family: .inet, states: .boundInactive, matching: .localPort == 23))
    let request = try #require(log.requests.last)
    #expect(request.local.port == 0)
    #expect(!request.bytecode.isEmpty)
  }

  @Test func listTooLongForTheKernelIsCoarsenedAndFilteredHere() throws {
    let log = ScriptedKernel.Log()
    var reader = InetReader(
      ScriptedKernel([[.messages([.socket(port: 3, cookie: 1), .socket(port: 4, cookie: 2), .done()])]], log: log))
    let oddPorts = stride(from: UInt16(1), to: 20_000, by: 2)
    let odd = PortSet(oddPorts.map { $0...$0 })
    let dump = try reader.dump(SocketQuery(.tcp, family: .inet, matching: .localPort(in: odd)))
    #expect(dump.sockets.map(\.local.port) == [3])
    let program = try #require(log.requests.last?.bytecode)
    #expect((1...20_000).contains(program.count))
  }

  // MARK: Exact requests

  @Test func absentSocketIsNil() throws {
    let log = ScriptedKernel.Log()
    var reader = InetReader(
      ScriptedKernel([[.messages([.error(ENOENT)])], Self.empty, [.messages([.error(ESTALE)])]], log: log))
    #expect(try reader.get(InetRequest(.get, .tcp, .inet)) == nil)
    #expect(try reader.get(InetRequest(.get, .tcp, .inet)) == nil)
    // The first time, the kernel is asked whether it has a handler at all.
    #expect(log.requests.map(\.form) == [.get, .dump, .get])
  }

  @Test func missingHandlerIsNotAnAbsentSocket() {
    for (refusal, code) in [
      (ScriptedKernel.Message.done(errno: ENOENT), SockDiagError.Code.missingProtocolHandler),
      (.error(ENOENT), .missingFamily),
    ] {
      var reader = InetReader(ScriptedKernel([[.messages([.error(ENOENT)])], [.messages([refusal])]]))
      let error = #expect(throws: SockDiagError.self) { try reader.get(InetRequest(.get, .tcp, .inet)) }
      #expect(error?.code == code)
    }
  }

  @Test func exactReplyIsDecoded() throws {
    var reader = InetReader(
      ScriptedKernel([[.foreign(port: 7, [.error(ENOENT)]), .messages([.socket(port: 9, cookie: 5)])]]))
    #expect(try reader.get(InetRequest(.get, .tcp, .inet))?.cookie?.rawValue == 5)
  }

  @Test func exactRequestWithoutReplyIsAnError() {
    var reader = InetReader(ScriptedKernel([[]]))
    let error = #expect(throws: SockDiagError.self) { try reader.get(InetRequest(.get, .tcp, .inet)) }
    #expect(error?.code == .noReply)
  }

  @Test func damagedExactReplyIsAnError() {
    var reader = InetReader(
      ScriptedKernel([[.messages([.socketWithAttributes(port: 9, cookie: 5, [3, 0, 8, 0])])]]))
    let error = #expect(throws: SockDiagError.self) { try reader.get(InetRequest(.get, .tcp, .inet)) }
    #expect(error?.code == .malformedReply)
  }

  // MARK: Keeping values

  @Test func copiedSocketsKeepTheirDetails() throws {
    let tos = NetlinkBytes.attribute(5, [0x10])
    let otherTOS = NetlinkBytes.attribute(5, [0x20])
    var reader = InetReader(
      ScriptedKernel([
        [
          .messages([
            .socketWithAttributes(port: 1, cookie: 1, tos), .socketWithAttributes(port: 2, cookie: 2, otherTOS),
            .socket(port: 3, cookie: 3), .done(),
          ])
        ]
      ]))
    let dump = try reader.dump(SocketQuery(.tcp, family: .inet))
    #expect(dump.sockets.map(\.typeOfService) == [0x10, 0x20, nil])
  }
}
