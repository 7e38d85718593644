import SockDiagWire
import Testing

/// Captures of machines with the other byte order, such as s390x, are read like any other.
@Suite struct ForeignByteOrderTests {
  @Test(arguments: MutationTests.samples) func everySampleReadsTheSame(sample: MutationTests.Sample) throws {
    let native = try decodeAnyCapture(sample.bytes)
    let foreign = try decodeAnyCapture(BigEndianWriter.capture(sample.bytes))
    #expect(foreign.sockets.count == native.sockets.count)
    for (foreign, native) in zip(foreign.sockets, native.sockets) { #expect(foreign == native) }
    #expect(foreign.summary == native.summary)
  }

  @Test func fileHeaderDoesNotDetermineTheOrderOfMessages() throws {
    let messages = BigEndianWriter.written(MalformedCapture.first.padded[...], [])
    #expect(messages == MalformedCapture.first.padded)
    let native = PcapBuilder().packet(MalformedCapture.first, MalformedCapture.second, .done())
    let foreign = Array(BigEndianWriter.capture(native.bytes)[56...])
    for isSwapped in [false, true] {
      let file = PcapBuilder(isSwapped: isSwapped).packet(foreign)
      #expect(try decodeCapture(file.bytes).sockets == decodeCapture(native.bytes).sockets)
      #expect(try readCapture(file.bytes).packets.map(\.isForeign) == [true])
      #expect(try readCapture(native.bytes).packets.map(\.isForeign) == [false])
    }
  }

  /// mergecap puts captures of several machines into one file.
  @Test func packetsOfBothByteOrdersMayBeInOneFile() throws {
    let native = PcapBuilder().packet(MalformedCapture.first, .done())
    let mixed = native.bytes + BigEndianWriter.capture(native.bytes)[24...] + native.bytes[24...]
    let sockets = try decodeCapture(mixed).sockets
    let single = try decodeCapture(native.bytes).sockets
    #expect(sockets == single + single + single)
  }

  /// A length of 256 reads as 65,536 in the other order, which is also a possible length.
  @Test func lengthThatIsValidInBothOrdersIsReadCorrectly() throws {
    let long = MessageBuilder.socket(cookie: 7).attribute(4000, [UInt8](repeating: 1, count: 256 - 16 - 72 - 4))
    #expect(long.padded.count == 256)
    let native = PcapBuilder().packet(long, .done()).bytes
    #expect(try decodeCapture(BigEndianWriter.capture(native)).sockets == decodeCapture(native).sockets)
    let stream = long.padded + MessageBuilder.done().padded
    #expect(try decodeCapture(BigEndianWriter.capture(stream)).sockets == decodeCapture(stream).sockets)
    #expect(try decodeCapture(native).sockets.count == 1)
  }

  /// Other protocols put a different structure in the place of `tcp_info`; it is kept as captured.
  @Test func undecodedStructureStaysAsCaptured() throws {
    let unknown = MessageBuilder.socket(cookie: 7).attribute(2, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    let native = PcapBuilder().request(.request(TransportProtocol(rawValue: 46))).packet(unknown, .done()).bytes
    var foreign = BigEndianWriter.capture(native)
    let payload = try #require(foreign.firstRange(of: [1, 2, 3, 4, 5, 6]))
    foreign.replaceSubrange(payload.lowerBound + 6..<payload.lowerBound + 12, with: [7, 8, 9, 10, 11, 12])
    let socket = try #require(try decodeCapture(foreign).sockets.first)
    #expect(socket.tcpInfo == nil)
    #expect(socket.unknownAttributes == [UnknownAttribute(type: 2, payload: Array(1...12))])
  }

  /// In pcapng the messages are read in the same way, and the blocks have their own tests.
  @Test(arguments: MalformedCapture.all.filter { !$0.name.hasSuffix(".pcapng") })
  func defectIsReportedAtTheSameOffset(capture: MalformedCapture) throws {
    guard case .decoded = capture.outcome else { return }
    let native = try decodeCapture(capture.bytes)
    let foreign = try decodeCapture(BigEndianWriter.capture(capture.bytes))
    #expect(foreign.sockets == native.sockets)
    #expect(foreign.summary.faults.map(\.offset) == native.summary.faults.map(\.offset))
    #expect(foreign.summary.faultCount == native.summary.faultCount)
    #expect(foreign.summary.failure?.code == native.summary.failure?.code)
    #expect(foreign.summary.failure?.offset == native.summary.failure?.offset)
  }

  @Test func accurateECNIsReadInEitherOrder() throws {
    // Mode 2, seen 2, failures 8; and, before 7.0, failures 8 and seen 2.
    for word in [0b1000_10_10, 0x2_0008] as [UInt32] {
      let info = [UInt8](repeating: 0, count: 276) + word.memory
      let native = PcapBuilder().packet(MessageBuilder.socket(cookie: 7).attribute(2, info)).bytes
      var foreign = BigEndianWriter.capture(native)
      // Two 16-bit numbers, which the current layout no longer has.
      if word > 0xffff { foreign.replaceSubrange(foreign.count - 4..<foreign.count, with: [0, 8, 0, 2]) }
      let ecn = try #require(try decodeCapture(foreign).sockets.first?.tcpInfo?.accurateECN)
      let same = try decodeCapture(native).sockets.first?.tcpInfo?.accurateECN
      #expect(ecn == same)
      #expect(ecn.optionSeen == .counters && ecn.failures == .receivedOption)
      #expect(ecn.mode == (word > 0xffff ? nil : .accurate))
    }
  }
}
