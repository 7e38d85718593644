import Glibc
import SockDiag
import SockDiagTestKit
import SockDiagTesting
import Testing

/// The results of a reader for every answer of a kernel, or of a process that pretends to be one.
@Suite struct ConversationTests {
  private typealias Event = ScriptedKernel.Event

  private static let query = SocketQuery(.tcp, family: .inet, states: .all)

  private func dump(_ events: [Event]..., log: ScriptedKernel.Log = .init()) throws(SockDiagError) -> SocketDump {
    var reader = InetReader(ScriptedKernel(events, log: log))
    return try reader.dump(Self.query)
  }

  private func ports(_ dump: SocketDump) -> [UInt16] { dump.sockets.map(\.local.port) }

  private func failure(_ events: [Event]...) -> SockDiagError? {
    do throws(SockDiagError) {
      var reader = InetReader(ScriptedKernel(events))
      _ = try reader.dump(Self.query)
      return nil
    } catch { return error }
  }

  // MARK: Whom it believes

  @Test func messagesOfOneDatagramAndOfSeveralAreOneDump() throws {
    let result = try dump([
      .messages([.socket(port: 1, cookie: 1), .socket(port: 2, cookie: 2)]), .messages([.socket(port: 3, cookie: 3)]),
      .messages([.done()]),
    ])
    #expect(ports(result) == [1, 2, 3])
    #expect(result.defects.isComplete)
    #expect(result.source == .sockDiag)
  }

  @Test func datagramsOfOtherProcessesAreIgnored() throws {
    let result = try dump([
      .foreign(port: 77, [.socket(port: 666, cookie: 9), .done(errno: ENOENT)]),
      .messages([.socket(port: 1, cookie: 1)]), .foreign(port: 77, [.error(EPERM)]), .messages([.done()]),
    ])
    #expect(ports(result) == [1])
    #expect(result.defects.isComplete)
  }

  @Test func messagesWithAnotherSequenceNumberAreIgnored() throws {
    let result = try dump([
      .messages([
        .withSequence(99, .socket(port: 666, cookie: 9)), .withSequence(99, .done(errno: ENOENT)),
        .withSequence(99, .interrupted(.socket(port: 667, cookie: 10))), .socket(port: 1, cookie: 1), .done(),
      ])
    ])
    #expect(ports(result) == [1])
    #expect(result.defects.isComplete)
  }

  @Test func messagesForAnotherPortIDAreIgnored() throws {
    let result = try dump([
      .messages([
        .withPortID(99, .socket(port: 666, cookie: 9)), .withPortID(99, .error(EPERM)), .socket(port: 1, cookie: 1),
        .done(),
      ])
    ])
    #expect(ports(result) == [1])
  }

  // MARK: Six answers without sockets

  @Test func nothingThereIsAnEmptyCompleteDump() throws {
    let result = try dump([.messages([.done()])])
    #expect(result.sockets.isEmpty)
    #expect(result.defects.isComplete)
  }

  @Test func enoentInDoneIsAMissingProtocolHandler() {
    let error = failure([.messages([.done(errno: ENOENT)])])
    #expect(error?.code == .missingProtocolHandler)
    #expect(error?.errno == ENOENT)
  }

  @Test func enoentAsErrorIsAMissingFamily() {
    #expect(failure([.messages([.error(ENOENT)])])?.code == .missingFamily)
  }

  @Test(arguments: [EPERM, EACCES]) func missingPrivilegeHasItsOwnCode(errno: Int32) {
    #expect(failure([.messages([.error(errno)])])?.code == .permissionDenied)
    #expect(failure([.messages([.done(errno: errno)])])?.code == .permissionDenied)
  }

  @Test func interruptedDumpIsRetriedThenReturnedAsPartial() throws {
    let attempt: [Event] = [
      .messages([.socket(port: 1, cookie: 1), .interrupted(.socket(port: 2, cookie: 2)), .done()])
    ]
    let log = ScriptedKernel.Log()
    let result = try dump(attempt, attempt, attempt, log: log)
    #expect(ports(result) == [1, 2])
    #expect(result.defects == .interrupted)
    #expect(log.requests.count == 3)
  }

  @Test func truncatedDatagramGivesItsWholeMessagesAndSaysSo() throws {
    // Each is longer than the buffer that the previous one caused.
    let attempts: [[Event]] = [100_000, 200_000, 300_000].map { length in
      [.truncated([.socket(port: 1, cookie: 1)], length: length), .messages([.done()])]
    }
    let result = try dump(attempts[0], attempts[1], attempts[2])
    #expect(ports(result) == [1])
    #expect(result.defects == .truncated)
  }

  @Test func sixOutcomesAreDistinguishable() throws {
    let truncated: [[Event]] = [100_000, 200_000, 300_000].map { [.truncated([], length: $0), .messages([.done()])] }
    let interrupted: [Event] = [.messages([.interrupted(.done())])]
    let outcomes = [
      String(describing: failure([.messages([.done(errno: ENOENT)])])?.code),
      String(describing: failure([.messages([.error(ENOENT)])])?.code),
      String(describing: failure([.messages([.error(EPERM)])])?.code),
      try dump(interrupted, interrupted, interrupted).defects.description,
      try dump(truncated[0], truncated[1], truncated[2]).defects.description,
      try dump([.messages([.done()])]).defects.description,
    ]
    #expect(Set(outcomes).count == 6)
  }

  // MARK: What may pass at the second attempt

  @Test func temporaryInterruptionLeavesACompleteDump() throws {
    let result = try dump(
      [.messages([.interrupted(.socket(port: 1, cookie: 1)), .done()])],
      [.messages([.socket(port: 2, cookie: 2), .done()])])
    #expect(ports(result) == [2])
    #expect(result.defects.isComplete)
  }

  @Test func enobufsIsReadToTheEndAndRetried() throws {
    let log = ScriptedKernel.Log()
    let result = try dump(
      [
        .messages([.socket(port: 1, cookie: 1)]), .failure(ENOBUFS), .messages([.socket(port: 3, cookie: 3), .done()]),
      ],
      [.messages([.socket(port: 1, cookie: 1), .socket(port: 2, cookie: 2), .socket(port: 3, cookie: 3), .done()])],
      log: log)
    #expect(ports(result) == [1, 2, 3])
    #expect(result.defects.isComplete)
    #expect(log.requests.count == 2)
  }

  @Test func repeatedENOBUFSIsAnOverrun() throws {
    let attempt: [Event] = [.failure(ENOBUFS), .messages([.socket(port: 1, cookie: 1), .done()])]
    #expect(try dump(attempt, attempt, attempt).defects == .overrun)
  }

  @Test func overrunMessageIsAnOverrun() throws {
    let attempt: [Event] = [.messages([.overrun, .done()])]
    #expect(try dump(attempt, attempt, attempt).defects == .overrun)
  }

  @Test func missingEndIsUnfinished() throws {
    let attempt: [Event] = [.messages([.socket(port: 1, cookie: 1)])]
    let log = ScriptedKernel.Log()
    let result = try dump(attempt, attempt, attempt, log: log)
    #expect(result.defects == .unfinished)
    #expect(ports(result) == [1])
    // A missing reply is not waited for before the next attempt.
    #expect(log.receptions == 6)
  }

  @Test func retryWithALargerBufferFixesTruncation() throws {
    // More than the buffer holds at first: 420 messages of 88 bytes.
    let sockets: [ScriptedKernel.Message] = (1...420).map { .socket(port: $0, cookie: UInt64($0)) }
    let log = ScriptedKernel.Log()
    let attempt: [Event] = [.messages(sockets), .messages([.done()])]
    let result = try dump(attempt, attempt, log: log)
    #expect(result.sockets.count == 420)
    #expect(result.defects.isComplete)
    #expect(log.requests.count == 2)
  }

  /// The kernel interrupted an earlier dump for lack of memory. It refuses another one until the end of the first was
  /// received.
  @Test func interruptedDumpIsDrainedBeforeTheNext() throws {
    let rest: [Event] = [
      .messages([.socket(port: 666, cookie: 9)]), .failure(EINTR), .failure(ENOBUFS), .foreign(port: 7, [.done()]),
      .messages([.socket(port: 667, cookie: 10)]), .messages([.done()]),
    ]
    let log = ScriptedKernel.Log()
    var reader = InetReader(
      ScriptedKernel([[.messages([.socket(port: 1, cookie: 1), .done()])]], rest: rest, log: log))
    let result = try reader.dump(Self.query)
    #expect(ports(result) == [1])
    #expect(result.defects.isComplete)
    #expect(log.unreadEvents == 0)
    #expect(log.requests.count == 2)
  }

  @Test func repeatedEBUSYIsAnError() {
    let busy: [Event] = [.messages([.error(EBUSY)])]
    #expect(failure(busy, busy)?.errno == EBUSY)
  }

  // MARK: What is not an answer

  @Test func interruptedSystemCallsAreRepeated() throws {
    #expect(try dump([.failure(EINTR), .failure(EINTR), .messages([.done()])]).defects.isComplete)
  }

  @Test func silenceIsAnError() {
    #expect(failure([])?.code == .noReply)
    #expect(failure([.foreign(port: 9, [.done()])])?.code == .noReply)
  }

  @Test func otherErrnosKeepTheirNumber() {
    #expect(failure([.failure(EBADF)])?.errno == EBADF)
    #expect(failure([.messages([.error(EIO)])])?.errno == EIO)
  }

  @Test func kernelMessageIsPartOfTheError() {
    let error = failure([.messages([.error(EINVAL, words: "Invalid attribute")])])
    #expect(error?.code == .invalidRequest)
    #expect(error?.kernelMessage == "Invalid attribute")
    #expect(error.map { "\($0)".contains("Invalid attribute") } == true)
  }

  @Test func kernelMessageIsReadFromADoneMessageToo() {
    let refused = failure([.messages([.done(errno: EINVAL, words: "Unsupported protocol")])])
    #expect(refused?.errno == EINVAL)
    #expect(refused?.kernelMessage == "Unsupported protocol")
    for message in [
      ScriptedKernel.Message.done(errno: ENOENT, words: "No handler"), .error(ENOENT, words: "No handler"),
    ] {
      #expect(failure([.messages([message])])?.kernelMessage == "No handler")
    }
  }

  @Test func acknowledgementsAndNoopsAreIgnored() throws {
    let result = try dump([
      .messages([.noOperation]), .messages([.error(0)]),
      .messages([.noOperation, .error(0), .socket(port: 1, cookie: 1)]), .messages([.done()]),
    ])
    #expect(ports(result) == [1])
    #expect(result.defects.isComplete)
  }

  /// In an error message the bit has another meaning, or none.
  @Test func onlySocketsAndTheEndReportAChangedTable() throws {
    let result = try dump([.messages([.interrupted(.error(0)), .socket(port: 1, cookie: 1), .done()])])
    #expect(result.defects.isComplete)
  }

  // MARK: Damage

  @Test func malformedMessageHidesOnlyWhatFollowsInItsDatagram() throws {
    let result = try dump([
      .bytes([UInt8](repeating: 0xff, count: 40)), .messages([.socket(port: 1, cookie: 1)]), .bytes([1, 2, 3]),
      .messages([.done()]),
    ])
    #expect(ports(result) == [1])
    #expect(result.defects == .malformed)
  }

  @Test func tooShortRecordHidesNoOther() throws {
    let log = ScriptedKernel.Log()
    let short = NetlinkBytes.message(.sockDiagByFamily, sequence: 1, portID: 4242, payload: [2, 1, 0, 0])
    let result = try dump(
      [.bytes(short.bytes), .messages([.socket(port: 1, cookie: 1)]), .messages([.done()])], log: log)
    #expect(ports(result) == [1])
    #expect(result.defects == .malformed)
    #expect(log.requests.count == 1)
  }

  @Test func malformedAttributeDoesNotHideItsSocket() throws {
    let result = try dump([
      .messages([.socketWithAttributes(port: 1, cookie: 1, [3, 0, 8, 0]), .socket(port: 2, cookie: 2), .done()])
    ])
    #expect(ports(result) == [1, 2])
    #expect(result.defects == .malformed)
  }

  @Test func socketThatComesTwiceIsCollectedOnce() throws {
    let result = try dump([
      .messages([.socket(port: 1, cookie: 1), .socket(port: 2, cookie: 2)]),
      .messages([.socket(port: 2, cookie: 2), .socket(port: 3, cookie: 3), .socket(port: 1, cookie: 1), .done()]),
    ])
    #expect(ports(result) == [1, 2, 3])
    #expect(result.defects.isComplete)
  }

  @Test func sameAddressesWithAnotherCookieAreAnotherSocket() throws {
    let result = try dump([.messages([.socket(port: 1, cookie: 1), .socket(port: 1, cookie: 65), .done()])])
    #expect(ports(result) == [1, 1])
  }
}
