import SockDiagWire
import Testing

/// Reading packets of pcapng files.
@Suite struct PcapngReaderTests {
  private let reply = MessageBuilder.socket().padded

  @Test(arguments: [false, true]) func enhancedPacketsAreRead(isSwapped: Bool) throws {
    let file = PcapngBuilder(isSwapped: isSwapped).request(.request(.tcp)).packet(
      reply, time: 1_700_000_000_250_000
    ).packet(reply, family: 0).packet(.done())
    let (packets, errors) = try readCapture(file.bytes)
    #expect(errors.isEmpty)
    #expect(try CaptureReader(file.bytes.span).format == .pcapng)
    #expect(packets.map(\.direction) == [.toKernel, .toUser, .toUser, .toUser])
    #expect(packets.map(\.netlinkFamily) == [.sockDiag, .sockDiag, .route, .sockDiag])
    #expect(packets[1].timestamp == .seconds(1_700_000_000) + .milliseconds(250))
    #expect(Array(file.bytes[packets[1].range]) == reply)
    let (sockets, summary) = try decodeCapture(file.bytes)
    #expect(sockets == [try decode(.socket(), as: .tcp)])
    #expect(summary.isComplete)
    #expect(summary.otherNetlinkFamilies == [.route: 1])
  }

  @Test(arguments: [false, true]) func simpleAndObsoletePacketsAreRead(isSwapped: Bool) throws {
    let file = PcapngBuilder(isSwapped: isSwapped).simplePacket(reply).obsoletePacket(reply, time: 3_000_001)
    let (packets, errors) = try readCapture(file.bytes)
    #expect(errors.isEmpty)
    #expect(packets.map(\.timestamp) == [nil, .seconds(3) + .microseconds(1)])
    #expect(packets.map { Array(file.bytes[$0.range]) } == [reply, reply])
  }

  /// The snapshot length of the interface limits a simple packet, which states only its original length.
  @Test func simplePacketMayBeTruncated() throws {
    let kept = Array(reply.prefix(80))
    let file = PcapngBuilder.section().interface(snapshotLength: UInt32(16 + kept.count)).simplePacket(
      kept, originalLength: UInt32(16 + reply.count))
    let packet = try #require(try readCapture(file.bytes).packets.first)
    #expect(packet.isTruncated)
    #expect(packet.range.count == kept.count)
  }

  @Test func packetMayHaveOptions() throws {
    let builder = PcapngBuilder()
    let comment = builder.option(1, Array("a comment".utf8)) + builder.option(0, [])
    let (packets, errors) = try readCapture(builder.packet(reply, options: comment).packet(reply).bytes)
    #expect(errors.isEmpty)
    #expect(packets.map(\.range.count) == [reply.count, reply.count])
    #expect(packets.map(\.isTruncated) == [false, false])
  }

  struct Resolution: Sendable, CustomTestStringConvertible {
    var option: UInt8?
    var units: UInt64
    var expected: Duration
    var testDescription: String { "\(option.map(String.init) ?? "none"), \(units) units" }
  }

  @Test(
    arguments: [
      Resolution(option: nil, units: 1_500_000, expected: .milliseconds(1500)),
      Resolution(option: 0, units: 7, expected: .seconds(7)),
      Resolution(option: 3, units: 7_001, expected: .milliseconds(7001)),
      Resolution(option: 9, units: 7_000_000_001, expected: .seconds(7) + .nanoseconds(1)),
      Resolution(
        option: 18, units: .max, expected: Duration(secondsComponent: 18, attosecondsComponent: 446_744_073_709_551_615)
      ),
      Resolution(option: 20, units: 12_345, expected: Duration(secondsComponent: 0, attosecondsComponent: 123)),
      Resolution(option: 127, units: .max, expected: .zero),
      Resolution(option: 0x80, units: 7, expected: .seconds(7)),
      Resolution(option: 0x80 | 10, units: 1024 + 512, expected: .milliseconds(1500)),
      Resolution(option: 0x80 | 63, units: 1 << 62, expected: .milliseconds(500)),
      Resolution(option: 0x80 | 64, units: 1 << 63, expected: .milliseconds(500)),
      Resolution(option: 0xff, units: .max, expected: .zero),
      Resolution(option: 0, units: .max, expected: .seconds(Int64.max)),
    ]) func unitOfTimesIsRead(resolution: Resolution) throws
  {
    let file = PcapngBuilder(resolution: resolution.option).packet(reply, time: resolution.units)
    #expect(try readCapture(file.bytes).packets.map(\.timestamp) == [resolution.expected])
  }

  @Test(arguments: [false, true]) func offsetOfTimesIsAdded(isSwapped: Bool) throws {
    let file = PcapngBuilder.section(isSwapped: isSwapped).interface(resolution: 9, secondsOffset: -10).packet(
      reply, time: 12_000_000_000)
    #expect(try readCapture(file.bytes).packets.map(\.timestamp) == [.seconds(2)])
  }

  /// Captures may be appended to each other, also those of machines with the other byte order.
  @Test func eachSectionHasItsOwnInterfacesAndByteOrder() throws {
    let file = PcapngBuilder(resolution: 9).packet(reply, time: 1_000_000_000).section(isSwapped: true).interface(
      linkType: 1
    ).interface().packet(reply, interface: 1, time: 2_000_000).section().interface().packet(reply, time: 3_000_000)
    let (packets, errors) = try readCapture(file.bytes)
    #expect(errors.isEmpty)
    #expect(packets.map(\.timestamp) == [.seconds(1), .seconds(2), .seconds(3)])
  }

  @Test func packetsOfOtherInterfacesAreSkipped() throws {
    let file = PcapngBuilder.section().interface(linkType: 1).interface().packet(
      [UInt8](repeating: 0xff, count: 60), interface: 0
    ).packet(reply, interface: 1)
    let (packets, errors) = try readCapture(file.bytes)
    #expect(errors.isEmpty)
    #expect(packets.map { Array(file.bytes[$0.range]) } == [reply])
  }

  @Test func unknownBlocksAreSkipped() throws {
    let file = PcapngBuilder().block(5, [UInt8](repeating: 1, count: 24)).block(0x0bad, [1, 2, 3]).packet(reply).block(
      0x8000_0001, [])
    let (packets, errors) = try readCapture(file.bytes)
    #expect(errors.isEmpty)
    #expect(packets.count == 1)
  }

  /// Some programs write the length of a block without its padding.
  @Test func lengthOfABlockMayLackThePadding() throws {
    let file = PcapngBuilder().block(0x0bad, [1, 2, 3], length: 15).packet(reply)
    let (packets, errors) = try readCapture(file.bytes)
    #expect(errors.isEmpty)
    #expect(packets.count == 1)
  }

  @Test func fileWithoutPacketsIsACapture() throws {
    #expect(try decodeCapture(PcapngBuilder().bytes).summary.isComplete)
    #expect(try decodeCapture(PcapngBuilder.section().bytes).summary.isComplete)
  }

  @Test func messagesOfTheOtherByteOrderAreRecognized() throws {
    let native = try readCapture(PcapngBuilder().packet(reply).bytes).packets
    let foreign = MessageBuilder.socket().bytes
    let swapped = Array(foreign[0..<4].reversed() + foreign[4..<6].reversed() + foreign[6...])
    #expect(native.map(\.isForeign) == [false])
    #expect(try readCapture(PcapngBuilder().packet(swapped).bytes).packets.map(\.isForeign) == [true])
  }

  /// A file of many interfaces costs no more than its length: the descriptions are not copied for each packet.
  @Test func manyInterfacesAreReadInReasonableTime() throws {
    var file = PcapngBuilder()
    for _ in 0..<2000 { file = file.interface() }
    for number in 0..<2000 { file = file.packet(reply, interface: UInt32(number)) }
    #expect(try readCapture(file.bytes).packets.count == 2000)
  }
}
