import SockDiagWire
import Testing

/// Decoding sockets from captures.
@Suite struct CaptureDecoderTests {
  private func sequence(_ message: MessageBuilder, _ sequence: UInt32, portID: UInt32 = 4711) -> MessageBuilder {
    var copy = message
    copy.sequence = sequence
    copy.portID = portID
    return copy
  }

  @Test func requestDeterminesTheProtocol() throws {
    let file = PcapBuilder()
      .request(.request(.udp, sequence: 1)).packet(sequence(.socket(.close), 1), sequence(.done(), 1))
      .request(.request(.tcp, sequence: 2)).packet(sequence(.socket(), 2)).packet(sequence(.done(), 2))
      .request(.legacyRequest(.udp, sequence: 3)).packet(sequence(.socket(.close), 3), sequence(.done(), 3))
      .request(.legacyRequest(.tcp, sequence: 4)).packet(sequence(.socket(), 4), sequence(.done(), 4))
    let (sockets, summary) = try decodeCapture(file.bytes)
    #expect(sockets.map(\.protocol) == [.udp, .tcp, .udp, .tcp])
    #expect(summary.dumpsCompleted == 4)
    #expect(summary.sockets == 4)
    #expect(summary.packets == 9)
    #expect(summary.isComplete)
  }

  @Test func protocolIsUnknownWithoutARequest() throws {
    let file = PcapBuilder().packet(.socket(.close, inode: 5), .done())
    #expect(try decodeCapture(file.bytes).sockets == [try decode(.socket(.close, inode: 5), as: .unspecified)])
  }

  /// The event of a destroyed socket has no request. It carries its protocol itself.
  @Test func eventsCarryTheirProtocol() throws {
    let event = sequence(MessageBuilder.socket(.close, uid: 0, inode: 0).attribute(10, [17]), 0, portID: 0)
    #expect(try decodeCapture(PcapBuilder().packet(event).bytes).sockets.map(\.protocol) == [.udp])
  }

  /// `ss -D` writes only TCP, one dump per family.
  @Test func messageStreamIsTCP() throws {
    let bytes =
      MessageBuilder.socket().padded + MessageBuilder.done().padded
      + MessageBuilder.socket(.listen, family: 10, local: "[::]:80", remote: "[::]:0").padded
      + MessageBuilder.done().padded
    let (sockets, summary) = try decodeCapture(bytes)
    #expect(sockets.map(\.protocol) == [.tcp, .tcp])
    #expect(sockets.map(\.family) == [.inet, .inet6])
    #expect(summary.dumpsCompleted == 2)
    #expect(summary.isComplete)
  }

  /// `ss` gives the same sequence number to all its requests, and its requests have port id 0.
  @Test func sequenceNumberMayBeReused() throws {
    let file = PcapBuilder()
      .request(.request(.tcp)).packet(.socket(), .done()).request(.request(.udp)).packet(.socket(.close), .done())
    #expect(try decodeCapture(file.bytes).sockets.map(\.protocol) == [.tcp, .udp])
  }

  /// Two programs use the same sequence number, and their replies are interleaved.
  @Test func dumpsOfSeveralProgramsAreKeptApart() throws {
    let file = PcapBuilder()
      .request(.request(.tcp, sequence: 1)).packet(sequence(.socket(), 1, portID: 10))
      .request(.request(.udp, sequence: 1)).packet(sequence(.socket(.close), 1, portID: 20))
      .packet(sequence(.socket(), 1, portID: 10)).packet(sequence(.socket(.close), 1, portID: 20))
      .packet(sequence(.done(), 1, portID: 10)).packet(sequence(.done(), 1, portID: 20))
    let (sockets, summary) = try decodeCapture(file.bytes)
    #expect(sockets.map(\.protocol) == [.tcp, .udp, .tcp, .udp])
    #expect(summary.dumpsUnfinished == 0)
  }

  /// An nlmon device sees all netlink families. Type 20 is RTM_NEWADDR in rtnetlink.
  @Test func otherNetlinkFamiliesAreCountedAndNotDecoded() throws {
    let file = PcapBuilder()
      .packet(.socket(), family: 0).packet(.socket(), family: 16).packet(.socket(), family: 0).packet(
        .socket(), .done())
    let (sockets, summary) = try decodeCapture(file.bytes)
    #expect(sockets.count == 1)
    #expect(summary.otherNetlinkFamilies == [.route: 2, NetlinkFamily(rawValue: 16): 1])
    #expect(summary.isComplete)
  }

  @Test func otherSocketFamiliesAreCounted() throws {
    var other = MessageBuilder()
    other.payload = [99, 1, 10, 0] + [UInt8](repeating: 0, count: 12)
    var request = MessageBuilder(flags: 0x301)
    request.payload = [99, 0, 0, 0] + [UInt8](repeating: 0, count: 20)
    let file = PcapBuilder().request(request).packet(other, other, .done())
    let (sockets, summary) = try decodeCapture(file.bytes)
    #expect(sockets.isEmpty)
    #expect(summary.otherFamilies == [AddressFamily(rawValue: 99): 2])
    #expect(summary.faults.isEmpty)
  }

  @Test func otherMessagesAreCounted() throws {
    let file = PcapBuilder()
      .packet(MessageBuilder(type: 1), MessageBuilder(type: 19), MessageBuilder(type: 4711), MessageBuilder(type: 4))
    let summary = try decodeCapture(file.bytes).summary
    #expect(summary.otherMessages == 2)
    #expect(summary.isOverrun)
    #expect(!summary.isComplete)
  }

  @Test func refusalsAreReportedWithTheirByteOffset() throws {
    let file = PcapBuilder().request(.request(.udp)).packet(.done(-2)).packet(.error(-1)).packet(.error(0))
    let summary = try decodeCapture(file.bytes).summary
    #expect(summary.refusals == 2)
    #expect(summary.dumpsCompleted == 0)
    #expect(summary.faults.map(\.offset) == [24 + 32 + 72 + 32, 24 + 32 + 72 + 32 + 20 + 32])
    #expect(
      summary.faults.map(\.description) == [
        "byte 160: the kernel refused a request for udp sockets with errno 2",
        "byte 212: the kernel refused a request for udp sockets with errno 1",
      ])
    #expect(summary.isComplete)
  }

  /// The result of a destroy request does not affect the decoded sockets.
  @Test(arguments: [0, -1, -2] as [Int32]) func refusedDestroyIsNotADefect(errno: Int32) throws {
    let request = MessageBuilder.destruction(.udp, sequence: 7)
    var answer = sequence(.error(errno), 7)
    answer.payload.replaceSubrange(8..<10, with: [21, 0])
    let file = PcapBuilder()
      .request(.request(.tcp, sequence: 7)).packet(sequence(.socket(), 7)).request(request).packet(answer)
      .packet(sequence(.socket(), 7), sequence(.done(), 7))
    let (sockets, summary) = try decodeCapture(file.bytes)
    #expect(sockets.map(\.protocol) == [.tcp, .tcp])
    #expect(summary.faultCount == 0)
    #expect(summary.otherMessages == 0)
    #expect(summary.dumpsCompleted == 1)
    #expect(summary.isComplete)
  }

  @Test func dumpWithoutAnEndIsPartial() throws {
    let summary = try decodeCapture(PcapBuilder().packet(.socket(), .socket()).bytes).summary
    #expect(summary.dumpsUnfinished == 1)
    #expect(!summary.isComplete)
    // A reply to an exact query has no end message.
    var single = MessageBuilder.socket()
    single.flags = 0
    #expect(try decodeCapture(PcapBuilder().packet(single).bytes).summary.isComplete)
  }

  @Test func tableThatChangedDuringTheDumpIsReported() throws {
    var message = MessageBuilder.socket()
    message.flags = 0x12
    #expect(try decodeCapture(PcapBuilder().packet(message, .done()).bytes).summary.isInterrupted)
  }

  @Test func decodingContinuesAfterAFault() throws {
    let broken = MessageBuilder.socket().attribute(15, [1, 2, 3, 4], claimedLength: 3).attribute(8, [1])
    var short = MessageBuilder.socket()
    short.payload.removeLast()
    let file = PcapBuilder()
      .packet(.socket(cookie: 1), broken, .socket(cookie: 2)).packet(short, .socket(cookie: 3))
      .packet(MessageBuilder.socket(cookie: 4).padded + [1, 2, 3, 4]).packet(.socket(cookie: 5), .done())
    let (sockets, summary) = try decodeCapture(file.bytes)
    #expect(sockets.compactMap { $0.cookie?.rawValue }.filter { $0 < 10 } == [1, 2, 3, 4, 5])
    #expect(summary.faultCount == 3)
    #expect(
      summary.faults.map { fault in
        if case .malformed(let error) = fault.kind { error.code.rawValue } else { "" }
      } == ["attribute-length", "structure-length", "message-length"])
    #expect(!summary.isComplete)
  }

  @Test func onlyTheFirstFaultsAreKept() throws {
    let bytes = (0..<5).reduce(PcapBuilder()) { file, _ in file.packet([1, 2, 3]) }.bytes
    var decoder = CaptureDecoder(try CaptureReader(bytes.span), faultLimit: 2)
    let summary = decoder.forEach(in: bytes.span) { _, _ in }
    #expect(summary.faultCount == 5)
    #expect(summary.faults.count == 2)
  }

  @Test func packetCutAtCaptureTimeGivesItsIntactSockets() throws {
    let message = MessageBuilder.socket().attribute(8, [3]).attribute(15, 7).attribute(21, UInt64(9).memory)
    let kept = Array((MessageBuilder.socket(cookie: 1).padded + message.padded).prefix(88 + 88 + 8 + 4))
    let file = PcapBuilder().packet(kept, originalLength: 400).packet(.done())
    let (sockets, summary) = try decodeCapture(file.bytes)
    #expect(sockets.count == 2)
    #expect(sockets.last?.shutdown == [.receive, .send])
    #expect(sockets.last?.mark == nil)
    #expect(summary.truncatedPackets == 1)
    #expect(summary.faults.isEmpty)
    #expect(!summary.isComplete)
  }

  @Test func errorThrownByTheCallerEndsTheDecoding() throws {
    struct Enough: Error {}
    let bytes = PcapBuilder().packet(.socket(), .socket(), .done()).bytes
    var decoder = CaptureDecoder(try CaptureReader(bytes.span))
    var count = 0
    #expect(throws: Enough.self) {
      try decoder.forEach(in: bytes.span) { _, _ throws(Enough) in
        count += 1
        throw Enough()
      }
    }
    #expect(count == 1)
  }

  @Test func packetOfEachSocketIsPassedToTheCaller() throws {
    let bytes = PcapBuilder().packet(MessageBuilder.socket().padded, time: (42, 0)).packet(.done()).bytes
    var decoder = CaptureDecoder(try CaptureReader(bytes.span))
    var times: [Duration?] = []
    _ = decoder.forEach(in: bytes.span) { _, packet in times.append(packet.timestamp) }
    #expect(times == [.seconds(42)])
  }
}
