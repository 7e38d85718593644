import SockDiagTestKit
import SockDiagWire
import Testing

/// Writing captures.
@Suite struct CaptureWriterTests {
  private func file(
    _ resolution: CaptureWriter.Resolution, _ datagrams: [[UInt8]], at timestamp: Duration = .seconds(1_700_000_000)
  ) -> [UInt8] {
    let writer = CaptureWriter(resolution: resolution)
    var bytes: [UInt8] = []
    writer.appendFileHeader(to: &bytes)
    for datagram in datagrams {
      writer.append(datagram.span, direction: .toUser, timestamp: timestamp, to: &bytes)
    }
    return bytes
  }

  @Test func bytesFollowTheFormat() {
    let reply = MessageBuilder.socket().padded
    #expect(
      file(.microseconds, [reply], at: .seconds(7) + .microseconds(8))
        == PcapBuilder().packet(reply, time: (7, 8)).bytes)
    #expect(
      file(.nanoseconds, [reply], at: .seconds(7) + .nanoseconds(8))
        == PcapBuilder(magic: 0xa1b2_3c4d).packet(reply, time: (7, 8)).bytes)
  }

  @Test func requestsAndOtherFamiliesAreMarked() throws {
    let writer = CaptureWriter()
    var bytes: [UInt8] = []
    writer.appendFileHeader(to: &bytes)
    let datagram: [UInt8] = [1, 2, 3]
    writer.append(
      datagram.span, direction: .toKernel, netlinkFamily: .route, timestamp: .milliseconds(1500), to: &bytes)
    let packet = try #require(try readCapture(bytes).packets.first)
    #expect(packet.direction == .toKernel)
    #expect(packet.netlinkFamily == .route)
    #expect(packet.timestamp == .milliseconds(1500))
    #expect(Array(bytes[packet.range]) == datagram)
  }

  /// Values that the format cannot hold are clamped.
  @Test(arguments: [
    (Duration.seconds(-1), Duration.zero), (.milliseconds(-1), .zero), (.seconds(1 << 40), .seconds(Int64(UInt32.max))),
  ]) func timeOutOfRangeIsClamped(time: Duration, written: Duration) throws {
    #expect(try readCapture(file(.nanoseconds, [[]], at: time)).packets.map(\.timestamp) == [written])
  }

  @Test func datagramTooLongForReadersIsMarkedAsCut() throws {
    let (packets, errors) = try readCapture(file(.nanoseconds, [[UInt8](repeating: 0, count: 300_000)]))
    #expect(errors.isEmpty)
    #expect(packets.map(\.range.count) == [262_128])
    #expect(packets.map(\.isTruncated) == [true])
  }

  @Test(arguments: [1, 2, 3] as [UInt64]) func anyDatagramIsReadBackUnchanged(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    // The first message has this machine's byte order; otherwise the reader could not detect the order.
    let datagrams =
      [MessageBuilder.done().padded]
      + (0..<50).map { _ in generator.bytes(Int.random(in: 0..<200, using: &generator)) }
    let bytes = file(.nanoseconds, datagrams)
    let (packets, errors) = try readCapture(bytes)
    #expect(errors.isEmpty)
    #expect(packets.map { Array(bytes[$0.range]) } == datagrams)
  }
}
