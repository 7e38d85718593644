import SockDiagWire
import Testing

/// Numbers of any size in the public interface: they are clamped and never stop the program.
@Suite struct ExtremeArgumentTests {
  @Test(arguments: [(Int.min, 0), (-1, 0), (33, 32), (Int.max, 32)])
  func prefixLengthIsClampedToTheFamily(length: Int, clamped: Int) {
    let prefix = AddressPrefix(IPAddress(v4: 0x0a00_0001), length: length)
    #expect(prefix.length == clamped)
    #expect(prefix.contains(IPAddress(v4: 0x0a00_0001)))
  }

  @Test(arguments: [Duration.seconds(Int64.min), .nanoseconds(-1), .zero, .seconds(Int64.max)])
  func durationOfAnySizeMakesAFilter(time: Duration) throws {
    let filters: [SocketFilter] = [
      .smoothedRTT < time, .smoothedRTT <= time, .smoothedRTT > time, .smoothedRTT >= time,
    ]
    // What the filter says in words is a filter again.
    for filter in filters { #expect(throws: Never.self) { try SocketFilter("\(filter)") } }
  }

  @Test(arguments: [Duration.seconds(Int64.min), .nanoseconds(-1), .seconds(Int64.max)])
  func captureTimeIsClampedToWhatTheFileCanSay(time: Duration) throws {
    var file: [UInt8] = []
    let writer = CaptureWriter()
    writer.appendFileHeader(to: &file)
    let datagram = MessageBuilder.socket().padded
    writer.append(datagram.span, direction: .toUser, timestamp: time, to: &file)
    var reader = try CaptureReader(file.span)
    let packet = try #require(try reader.next(in: file.span))
    #expect(packet.timestamp == (time < .zero ? .zero : .seconds(Int64(UInt32.max))))
  }

  @Test(arguments: [Int.min, -1, 0]) func faultLimitBelowOneKeepsNoFault(limit: Int) throws {
    var message = MessageBuilder.socket()
    message.claimedLength = 9999
    let bytes = MessageBuilder.socket().padded + message.padded
    var decoder = CaptureDecoder(try CaptureReader(bytes.span), faultLimit: limit)
    let summary = decoder.forEach(in: bytes.span) { _, _ in }
    #expect(summary.faults.isEmpty)
  }

  @Test func everyPortMakesAFilter() {
    for port in [UInt16.min, 1, UInt16.max - 1, UInt16.max] {
      let either: SocketFilter = .localPort < port || .localPort >= port
      #expect(either.evaluate(InetSocket()) == true)
      #expect(PortSet(port).complement.union(PortSet(port)) == .all)
    }
  }
}
