import Foundation
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
    newest(CaptureFiles.captures(in: "captures")).map(sample) + [
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

  /// Recorded on machines of the other byte order.
  static let foreignSamples = newest(CaptureFiles.captures(in: "captures", isForeign: true)).map(sample)

  /// The same in pcapng.
  static let pcapngSamples = [
    Sample(testDescription: "pcapng", bytes: pcapng(isSwapped: false)),
    Sample(testDescription: "pcapng with headers of the other byte order", bytes: pcapng(isSwapped: true)),
  ]

  private static let all = samples + foreignSamples + pcapngSamples

  /// Of guests with the same word size one is enough for each family: that with the newest kernel, whose structures are
  /// the longest.
  private static func newest(_ paths: [String]) -> [String] {
    let versions = Dictionary(grouping: paths) { path in
      let (folder, name) = (path.split(separator: "/").dropLast().last ?? "", path.split(separator: "/").last ?? "")
      let isGuest = folder.split(separator: "-").count == 3
      return "\(!isGuest ? folder : folder.hasSuffix("i386") ? "32" : "64") \(name)"
    }
    return versions.values.compactMap { $0.max { $0.compare($1, options: .numeric) == .orderedAscending } }.sorted()
  }

  private static func sample(_ path: String) -> Sample {
    Sample(testDescription: path, bytes: (try? CaptureFiles.bytes(path)) ?? [])
  }

  private static func pcapng(isSwapped: Bool) -> [UInt8] {
    PcapngBuilder(isSwapped: isSwapped).request(.request(.tcp)).packet(MalformedCapture.first, MalformedCapture.second)
      .simplePacket(MessageBuilder.done().padded).section(isSwapped: isSwapped).interface().obsoletePacket(
        MalformedCapture.first.padded
      ).packet(.done()).bytes
  }

  /// Small files are damaged at every byte. Large files would repeat the same damage, so only some of their replies are
  /// used, one at a time, each behind its request.
  private static let smallByteCount = 2048
  private static let messageCount = 20

  private static func captures(of sample: Sample) throws -> [[UInt8]] {
    if sample.bytes.count <= smallByteCount { return [sample.bytes] }
    let messages = try LengthFields(of: sample.bytes).messages
    let step = max(1, messages.count / messageCount)
    return stride(from: 0, to: messages.count, by: step).map { index in
      let request = messages[..<index].last(where: \.isRequest)
      let question = request.map { PcapBuilder().packet(Array(sample.bytes[$0.range]), type: 7) } ?? PcapBuilder()
      return question.packet(Array(sample.bytes[messages[index].range])).bytes
    }
  }

  @Test(arguments: all) func sampleIsValid(sample: Sample) throws {
    let summary = try decodeAnyCapture(sample.bytes).summary
    #expect(summary.isComplete)
    #expect(summary.failure == nil)
  }

  @Test(arguments: all) func captureMayEndAtAnyByte(sample: Sample) throws {
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

  @Test(arguments: all) func anyLengthMayBeWrong(sample: Sample) throws {
    for capture in try Self.captures(of: sample) {
      let whole = try decodeAnyCapture(capture).sockets.count
      for field in try LengthFields(of: capture).fields {
        for value in [0, 1, 3, 4, .max] as [UInt32] {
          var bytes = capture
          bytes.replaceSubrange(field.range, with: field.bytes(of: value))
          guard let (sockets, summary) = try? decodeAnyCapture(bytes) else { continue }
          // A wrong length may make other bytes the family.
          #expect(sockets.count == summary.sockets + summary.otherFamilies.values.reduce(0, +))
          #expect(sockets.count <= whole, "\(value) at \(field.range.lowerBound)")
        }
      }
    }
  }
}
