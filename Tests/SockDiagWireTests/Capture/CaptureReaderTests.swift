import SockDiagWire
import Testing

/// Reading packets of captures, in every supported format.
@Suite struct CaptureReaderTests {
  private let reply = MessageBuilder.socket().padded

  @Test func pcapFileHasPackets() throws {
    let file = PcapBuilder().packet(.request(.tcp), type: 7).packet(reply, time: (1_700_000_000, 250_000)).packet(
      reply, family: 0)
    let (packets, errors) = try readCapture(file.bytes)
    #expect(errors.isEmpty)
    #expect(packets.map(\.direction) == [.toKernel, .toUser, .toUser])
    #expect(packets.map(\.netlinkFamily) == [.sockDiag, .sockDiag, .route])
    #expect(packets.map(\.isTruncated) == [false, false, false])
    let first = 24 + 16 + 16
    #expect(packets[0].range == first..<first + 72)
    #expect(packets[1].range == first + 72 + 32..<first + 72 + 32 + reply.count)
    #expect(packets[1].timestamp == .seconds(1_700_000_000) + .milliseconds(250))
  }

  @Test func nanosecondsAreRead() throws {
    let file = PcapBuilder(magic: 0xa1b2_3c4d).packet(reply, time: (7, 999_999_999))
    #expect(try readCapture(file.bytes).packets.map(\.timestamp) == [.seconds(7) + .nanoseconds(999_999_999)])
  }

  /// A capture that was converted on another machine has headers in that machine's byte order.
  @Test(arguments: [0xa1b2_c3d4, 0xa1b2_3c4d] as [UInt32]) func headersMayHaveTheOtherByteOrder(magic: UInt32) throws {
    let file = PcapBuilder(magic: magic, isSwapped: true).packet(reply).packet(MessageBuilder.done().padded)
    #expect(try decodeCapture(file.bytes).sockets == [try decode(.socket(), as: .unspecified)])
    #expect(try readCapture(file.bytes).packets.first?.timestamp != nil)
  }

  @Test func messageStreamHasAPacketPerMessage() throws {
    let bytes = reply + MessageBuilder.done().padded + reply
    let (packets, errors) = try readCapture(bytes)
    #expect(errors.isEmpty)
    #expect(packets.map(\.range) == [0..<88, 88..<108, 108..<196])
    #expect(packets.allSatisfy { $0.timestamp == nil && $0.direction == .toUser && $0.netlinkFamily == .sockDiag })
    #expect(try CaptureReader(bytes.span).format == .messages)
  }

  /// Each message starts at a multiple of four, whatever the length of the previous one.
  @Test(arguments: 1...3) func messagesOfAStreamArePadded(_ count: Int) throws {
    let odd = MessageBuilder.socket().appending([UInt8](repeating: 0, count: count))
    let bytes = odd.padded + MessageBuilder.done().padded + reply
    let (packets, errors) = try readCapture(bytes)
    #expect(errors.isEmpty)
    #expect(packets.map(\.range) == [0..<88 + count, 92..<112, 112..<200])
    #expect(try decodeCapture(bytes).sockets.count == 2)
    // The last message may lack its padding.
    #expect(try readCapture(Array(bytes.prefix(88 + count))).errors.isEmpty)
  }

  @Test func fileWithoutPacketsIsACapture() throws {
    #expect(try readCapture(PcapBuilder().bytes).packets.isEmpty)
    #expect(try decodeCapture(PcapBuilder().bytes).summary.isComplete)
  }

  /// Bits above the link type give the length of a checksum.
  @Test func otherBitsOfTheLinkTypeAreIgnored() throws {
    #expect(try readCapture(PcapBuilder(linkType: 0xf000_00fd).packet(reply).bytes).packets.count == 1)
  }

  @Test func unusuallyLargeSnapshotLengthIsAccepted() throws {
    var file = PcapBuilder()
    file.snapshotLength = 0x10_0000
    let long = MessageBuilder.socket().attribute(4000, [UInt8](repeating: 1, count: 60_000)).padded
    let bytes = file.packet((0..<6).flatMap { _ in long }).bytes
    #expect(try decodeCapture(bytes).summary.sockets == 6)
    #expect(try decodeCapture(PcapBuilder().packet((0..<6).flatMap { _ in long }).bytes).summary.failure?.offset == 32)
  }

  @Test func packetsBeforeACutAreDelivered() throws {
    let bytes = PcapBuilder().packet(reply).packet(reply).bytes
    let (packets, errors) = try readCapture(Array(bytes.dropLast(10)))
    #expect(packets.map(\.isTruncated) == [false, true])
    #expect(errors.map(\.code) == [.cutShort])
    #expect(errors.map(\.offset) == [bytes.count - 10])
    let (sockets, summary) = try decodeCapture(Array(bytes.dropLast(10)))
    // The record of the second socket is cut.
    #expect(sockets.count == 1)
    #expect(summary.failure?.code == .cutShort)
    #expect(summary.truncatedPackets == 1)
  }

  @Test func readerStaysAtTheEnd() throws {
    let bytes = Array(PcapBuilder().packet(reply).bytes.dropLast(4))
    var reader = try CaptureReader(bytes.span)
    _ = try reader.next(in: bytes.span)
    #expect(throws: WireError.self) { _ = try reader.next(in: bytes.span) }
    #expect(reader.failure?.code == .cutShort)
    for _ in 0..<3 { #expect(try reader.next(in: bytes.span) == nil) }
  }

  @Test(
    arguments: [
      (1, "Ethernet"), (113, "Linux cooked"), (276, "Linux cooked"), (101, "raw IP"), (127, "Wi-Fi"), (147, "147"),
    ] as [(UInt32, String)]) func fileOfAnotherLinkTypeIsRefusedByName(type: UInt32, name: String)
  {
    #expect { try CaptureReader(PcapBuilder(linkType: type).bytes.span) } throws: {
      guard let error = $0 as? WireError else { return false }
      return error.code == .linkType && error.explanation.contains(name) && error.explanation.contains("\(type)")
        && error.explanation.contains("253")
    }
  }
}
