import SockDiagWire
import Testing

/// Valid captures, damaged in every place that could mislead a reader.
@Suite struct MutationTests {
  /// A capture and its name.
  struct Sample: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var bytes: [UInt8]
  }

  /// Valid captures: those recorded on kernels, and some with everything that a message can carry.
  static let samples: [Sample] =
    CaptureFiles.captures(in: "captures").filter(isSample).map { path in
      Sample(testDescription: path, bytes: (try? CaptureFiles.bytes(path)) ?? [])
    } + [
      Sample(testDescription: "a dump", bytes: MalformedCapture.sound.bytes),
      Sample(
        testDescription: "every attribute",
        bytes: PcapBuilder().request(.legacyRequest(.tcp)).packet(JSONTests.messages.flatMap(\.padded)).packet(.done())
          .bytes),
      Sample(
        testDescription: "a stream",
        bytes: JSONTests.messages.flatMap(\.padded) + MessageBuilder.done().padded),
      Sample(
        testDescription: "refusals",
        bytes: PcapBuilder().request(.request(.udp)).packet(.done(-2)).packet(.error(-22), .error(0)).bytes),
    ]

  /// The same in pcapng.
  static let pcapngSamples = [
    Sample(testDescription: "pcapng", bytes: pcapng(isSwapped: false)),
    Sample(testDescription: "pcapng with headers of the other byte order", bytes: pcapng(isSwapped: true)),
  ]

  private static func pcapng(isSwapped: Bool) -> [UInt8] {
    PcapngBuilder(isSwapped: isSwapped).request(.request(.tcp)).packet(MalformedCapture.first, MalformedCapture.second)
      .simplePacket(MessageBuilder.done().padded).section(isSwapped: isSwapped).interface().obsoletePacket(
        MalformedCapture.first.padded
      ).packet(.done()).bytes
  }

  /// Of the guests one is enough: the others have the same structures.
  private static func isSample(_ path: String) -> Bool {
    let isGuest = ["amd64/", "arm64/", "i386/"].contains { path.contains($0) }
    let isOfInet = ["tcp-storage", "mptcp", "sctp", "dccp"].contains { path.hasSuffix("/\($0).pcap") }
    return !isGuest || path.contains("linux-6.12-amd64/") && !isOfInet
  }

  /// Small files are cut at every byte. Large files would repeat the same cuts, so only some of their messages are
  /// used, one at a time.
  private static let smallByteCount = 8192

  private static func captures(of sample: Sample) throws -> [[UInt8]] {
    if sample.bytes.count <= smallByteCount { return [sample.bytes] }
    let messages = try LengthFields(of: sample.bytes).messages
    let step = max(1, sample.bytes.count / (4 * smallByteCount))
    return stride(from: 0, to: messages.count, by: step).map {
      PcapBuilder().packet(Array(sample.bytes[messages[$0]])).bytes
    }
  }

  @Test(arguments: samples + pcapngSamples) func sampleIsValid(sample: Sample) throws {
    let summary = try decodeAnyCapture(sample.bytes).summary
    #expect(summary.isComplete)
    #expect(summary.failure == nil)
  }

  @Test(arguments: samples + pcapngSamples) func captureMayEndAtAnyByte(sample: Sample) throws {
    for bytes in try Self.captures(of: sample) {
      let whole = try decodeAnyCapture(bytes).sockets
      let borders = try LengthFields(of: bytes).borders
      for count in 0..<bytes.count {
        guard let (sockets, summary) = try? decodeAnyCapture(Array(bytes.prefix(count))) else { continue }
        // Except for the socket that was cut, all sockets are unchanged.
        guard sockets.count <= whole.count, sockets.dropLast().elementsEqual(whole.prefix(max(sockets.count - 1, 0)))
        else {
          Issue.record("cut at \(count): the sockets changed")
          return
        }
        if summary.failure == nil, !borders.contains(count), count > 24 {
          Issue.record("cut at \(count): no fault was reported")
        }
      }
    }
  }

  @Test(arguments: samples + pcapngSamples) func anyLengthMayBeWrong(sample: Sample) throws {
    let fields = try LengthFields(of: sample.bytes)
    let whole = try decodeAnyCapture(sample.bytes).sockets.count
    // Each run decodes the whole file, so only some places of large files are tried.
    let step = max(1, fields.fields.count * sample.bytes.count / 4_000_000)
    for index in stride(from: 0, to: fields.fields.count, by: step) {
      let field = fields.fields[index]
      for value in [0, 1, 3, 4, .max] as [UInt32] {
        var bytes = sample.bytes
        bytes.replaceSubrange(field, with: value.memory.prefix(field.count))
        guard let (sockets, summary) = try? decodeAnyCapture(bytes) else { continue }
        // A wrong length may make other bytes the family.
        #expect(sockets.count == summary.sockets + summary.otherFamilies.values.reduce(0, +))
        #expect(sockets.count <= whole, "\(value) at \(field.lowerBound)")
      }
    }
  }
}

/// The offsets of the lengths of packets, messages and attributes in a valid capture.
struct LengthFields {
  private(set) var fields: [Range<Int>] = []
  /// Where the file may end without a defect.
  private(set) var borders: Set<Int> = []
  private(set) var messages: [Range<Int>] = []

  init(of bytes: [UInt8]) throws {
    let format = try CaptureReader(bytes.span).format
    if format == .pcapng { appendBlocks(of: bytes) }
    for packet in try readCapture(bytes).packets {
      if format != .pcapng { borders.insert(packet.range.upperBound) }
      // A simple packet of pcapng has another field there, which may be wrong as well.
      if format != .messages { fields.append(packet.range.lowerBound - 24..<packet.range.lowerBound - 20) }
      var cursor = NetlinkCursor(packet.range)
      while let message = try cursor.next(in: bytes.span) {
        fields.append(message.payload.lowerBound - 16..<message.payload.lowerBound - 12)
        messages.append(message.payload.lowerBound - 16..<cursor.offset)
        guard message.header.type.isSockDiag, packet.direction != .toKernel, let start = message.payload.first else {
          continue
        }
        let fixed = bytes[start] == AddressFamily.netlink.rawValue ? 28 : 72
        appendAttributes(message.payload.dropFirst(fixed), of: bytes)
      }
    }
  }

  private mutating func appendBlocks(of bytes: [UInt8]) {
    var offset = 0
    while offset < bytes.count {
      let field = offset + 4..<offset + 8
      let length = bytes[field].reduce(0) { $0 << 8 | Int($1) }
      // All lengths here are below 65,536, so one of the two orders is beyond the file.
      let isBigEndian = length <= bytes.count - offset
      let end = offset + (isBigEndian ? length : bytes[field].reversed().reduce(0) { $0 << 8 | Int($1) })
      fields.append(field)
      fields.append(end - 4..<end)
      borders.insert(end)
      offset = end
    }
  }

  private mutating func appendAttributes(_ range: Range<Int>, of bytes: [UInt8]) {
    var offset = range.lowerBound
    while offset + 4 <= range.upperBound {
      let length = Int(bytes[offset]) | Int(bytes[offset + 1]) << 8
      let type = Int(bytes[offset + 2]) | Int(bytes[offset + 3]) << 8
      guard length >= 4, offset + length <= range.upperBound else { return }
      fields.append(offset..<offset + 2)
      if type & 0x8000 != 0 { appendAttributes(offset + 4..<offset + length, of: bytes) }
      offset += (length + 3) & ~3
    }
  }
}
