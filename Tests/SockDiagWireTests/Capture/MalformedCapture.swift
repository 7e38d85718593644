import SockDiagWire
import Testing

/// A capture with one defect, and the expected result.
struct MalformedCapture: Sendable, CustomTestStringConvertible {
  /// The expected result of reading the file.
  enum Outcome: Sendable {
    /// It is not a capture: the kind of the error, its byte offset and part of its message.
    case refused(WireError.Code, Int, String)
    /// The sockets that can be decoded, the offsets of the faults and of the end of reading.
    case decoded(sockets: Int, faults: [(WireError.Code, Int)] = [], failure: (WireError.Code, Int)? = nil)
  }

  /// The name of the file, which names the defect.
  var name: String
  /// The defect in words.
  var defect: String
  var bytes: [UInt8]
  var outcome: Outcome

  var testDescription: String { name }
}

extension MalformedCapture {
  /// A capture of a dump: its request, two sockets and its end.
  static let sound = PcapBuilder().request(.request(.tcp)).packet(first, second).packet(.done())
  /// The offset of the packet with the sockets: after the file header and a request of 72 bytes.
  static let packet = 24 + 32 + 72
  static let first = MessageBuilder.socket(.listen, remote: "0.0.0.0:0", cookie: 1, queues: (0, 128)).attribute(8, [0])
    .attribute(21, UInt64(0x1b5e).memory).attribute(22, [2, 0])
  static let second = MessageBuilder.socket(cookie: 2).attribute(8, [0]).attribute(15, 7)

  /// The same capture with an additional reply before its end.
  private static func with(_ messages: [UInt8]) -> [UInt8] {
    PcapBuilder().request(.request(.tcp)).packet(messages).packet(second, .done()).bytes
  }

  private static let reply = packet + 32
  private static let attributes = reply + 16 + 72

  static let all: [MalformedCapture] = files + pcaps + pcapngs + streams + messages + attributesOfSockets + verdicts

  private static let files: [MalformedCapture] = [
    .init(
      name: "empty.pcap", defect: "no bytes at all", bytes: [], outcome: .refused(.emptyFile, 0, "empty")),
    .init(
      name: "three-bytes.pcap", defect: "the first three bytes of a pcap file", bytes: [0xd4, 0xc3, 0xb2],
      outcome: .refused(.unknownFormat, 0, "3 bytes")),
    .init(
      name: "text-file.pcap", defect: "text as `ss` prints it",
      bytes: Array("State  Recv-Q Send-Q Local Address:Port\nLISTEN 0      128          0.0.0.0:22\n".utf8),
      outcome: .refused(.unknownFormat, 0, "text")),
    .init(
      name: "json.pcap", defect: "JSON as `sockdiag list --json` prints it",
      bytes: Array("[\n{\"net_id\":\"tcp\",\"state\":\"listen\"}\n]\n".utf8),
      outcome: .refused(.unknownFormat, 0, "JSON")),
    .init(
      name: "zip-archive.pcap", defect: "the beginning of a zip archive",
      bytes: Array("PK\u{3}\u{4}".utf8) + [20, 0, 0, 0], outcome: .refused(.unknownFormat, 0, "zip archive")),
    .init(
      name: "zeros.pcap", defect: "64 zero bytes", bytes: [UInt8](repeating: 0, count: 64),
      outcome: .refused(.unknownFormat, 0, "neither")),
    .init(
      name: "compressed.pcap", defect: "the beginning of a file that gzip wrote",
      bytes: [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x2b, 0xbe], outcome: .refused(.unknownFormat, 0, "gzip -d")),
    .init(
      name: "pcap-of-another-form.pcap", defect: "the magic number of a pcap with longer headers",
      bytes: PcapBuilder(magic: 0xa1b2_cd34).bytes, outcome: .refused(.unknownFormat, 0, "editcap -F pcap")),
    .init(
      name: "pcap-version-1.pcap", defect: "version 1 of pcap", bytes: PcapBuilder(version: 1).bytes,
      outcome: .refused(.unknownFormat, 4, "version 1")),
    .init(
      name: "pcap-ethernet-link-type.pcap", defect: "a capture of a network device",
      bytes: PcapBuilder(linkType: 1).appending([UInt8](repeating: 0, count: 40)).bytes,
      outcome: .refused(.linkType, 20, "link type 1 (Ethernet)")),
    .init(
      name: "pcap-unknown-link-type.pcap", defect: "a link type without a usual name",
      bytes: PcapBuilder(linkType: 147).bytes, outcome: .refused(.linkType, 20, "link type 147, expected 253")),
    .init(
      name: "pcap-cut-in-file-header.pcap", defect: "20 of the 24 bytes of the header of the file",
      bytes: Array(PcapBuilder().bytes.prefix(20)), outcome: .refused(.cutShort, 20, "24 bytes")),
  ]

  private static let pcaps: [MalformedCapture] = [
    .init(
      name: "pcap-cut-in-packet-header.pcap", defect: "the file ends inside the header of the third packet",
      bytes: Array(sound.bytes.dropLast(20 + 16 + 1)),
      outcome: .decoded(sockets: 2, failure: (.cutShort, sound.bytes.count - 20 - 32))),
    .init(
      name: "pcap-cut-in-cooked-header.pcap", defect: "the file ends inside the netlink header of the third packet",
      bytes: Array(sound.bytes.dropLast(20 + 1)),
      outcome: .decoded(sockets: 2, failure: (.cutShort, sound.bytes.count - 21))),
    .init(
      name: "pcap-cut-in-packet.pcap", defect: "the file ends inside the last attribute of the second socket",
      bytes: Array(sound.bytes.dropLast(20 + 32 + 2)),
      outcome: .decoded(sockets: 2, failure: (.cutShort, sound.bytes.count - 54))),
    .init(
      name: "pcap-packet-length-maximum.pcap", defect: "the second packet claims 4,294,967,295 bytes",
      bytes: PcapBuilder().request(.request(.tcp)).packet(first.padded, claimedLength: .max).packet(.done()).bytes,
      outcome: .decoded(sockets: 0, failure: (.packetLength, packet + 8))),
    .init(
      name: "pcap-packet-shorter-than-its-header.pcap", defect: "the first packet has 8 bytes",
      bytes: PcapBuilder().appending(
        UInt32(0).memory + UInt32(0).memory + UInt32(8).memory + UInt32(8).memory + [0, 6, 3, 56, 0, 0, 0, 0]
      ).packet(first, .done()).bytes,
      outcome: .decoded(sockets: 1, faults: [(.packetLength, 24 + 8)])),
    .init(
      name: "pcap-snapshot-length-96.pcap", defect: "of each packet 96 bytes were captured",
      bytes: PcapBuilder().request(.request(.tcp)).packet(
        Array(first.padded.prefix(80)), originalLength: UInt32(16 + first.padded.count)
      ).packet(Array(second.padded.prefix(88)), originalLength: UInt32(16 + second.padded.count)).packet(.done()).bytes,
      outcome: .decoded(sockets: 1)),
  ]

  private static let stream = first.padded + second.padded + MessageBuilder.done().padded

  private static let streams: [MalformedCapture] = [
    .init(
      name: "stream-cut-in-message.ss-D", defect: "the file ends inside the second message",
      bytes: Array(stream.dropLast(20 + 4)),
      outcome: .decoded(sockets: 2, failure: (.cutShort, stream.count - 24))),
    .init(
      name: "stream-cut-in-message-header.ss-D", defect: "the file ends inside the header of the third message",
      bytes: Array(stream.dropLast(5)), outcome: .decoded(sockets: 2, failure: (.cutShort, stream.count - 20))),
    .init(
      name: "stream-cut-between-messages.ss-D", defect: "the end of the dump is missing",
      bytes: Array(stream.dropLast(20)), outcome: .decoded(sockets: 2)),
    .init(
      name: "stream-message-length-0.ss-D", defect: "the second message claims 0 bytes",
      bytes: first.padded + [0, 0, 0, 0] + second.padded.dropFirst(4),
      outcome: .decoded(sockets: 1, failure: (.messageLength, first.padded.count))),
    .init(
      name: "stream-message-length-maximum.ss-D", defect: "the second message claims 4,294,967,295 bytes",
      bytes: first.padded + UInt32.max.memory + second.padded.dropFirst(4),
      outcome: .decoded(sockets: 1, failure: (.messageLength, first.padded.count))),
  ]

  private static func claiming(_ length: UInt32) -> [UInt8] {
    var message = first
    message.claimedLength = length
    return message.padded
  }

  private static let messages: [MalformedCapture] = [
    .init(
      name: "message-length-0.pcap", defect: "a message claims 0 bytes", bytes: with(claiming(0)),
      outcome: .decoded(sockets: 1, faults: [(.messageLength, reply)])),
    .init(
      name: "message-length-15.pcap", defect: "a message claims less than its header has", bytes: with(claiming(15)),
      outcome: .decoded(sockets: 1, faults: [(.messageLength, reply)])),
    .init(
      name: "message-length-beyond-packet.pcap", defect: "a message claims four bytes more than its packet has",
      bytes: with(claiming(UInt32(first.bytes.count + 4))),
      outcome: .decoded(sockets: 1, faults: [(.messageLength, reply)])),
    .init(
      name: "message-header-cut.pcap", defect: "8 bytes stand behind the last message of a packet",
      bytes: with(first.padded + [20, 0, 0, 0, 3, 0, 0, 0]),
      outcome: .decoded(sockets: 2, faults: [(.messageLength, reply + first.padded.count)])),
    .init(
      name: "message-shorter-than-record.pcap", defect: "a socket's record has 71 bytes",
      bytes: with(MessageBuilder(payload: Array(first.payload.prefix(71))).padded),
      outcome: .decoded(sockets: 1, faults: [(.structureLength, reply + 16)])),
    .init(
      name: "message-without-payload.pcap", defect: "a reply has no payload",
      bytes: with(MessageBuilder(payload: []).padded),
      outcome: .decoded(sockets: 1, faults: [(.structureLength, reply + 16)])),
    .init(
      name: "request-shorter-than-structure.pcap", defect: "a request has 40 bytes of 56",
      bytes: PcapBuilder().request(
        MessageBuilder(flags: 0x301, payload: Array(MessageBuilder.request(.tcp).payload.prefix(40)))
      ).packet(first, .done()).bytes,
      outcome: .decoded(sockets: 1, faults: [(.structureLength, 24 + 32 + 16)])),
  ]

  private static func attributeClaiming(_ length: UInt16) -> [UInt8] {
    with(MessageBuilder.socket(cookie: 1).attribute(8, [3]).attribute(15, [1, 2, 3, 4], claimedLength: length).padded)
  }

  private static let attributesOfSockets: [MalformedCapture] =
    [0, 1, 2, 3].map { length in
      .init(
        name: "attribute-length-\(length).pcap", defect: "an attribute claims \(length) bytes, less than its header",
        bytes: attributeClaiming(length),
        outcome: .decoded(sockets: 2, faults: [(.attributeLength, attributes + 8)]))
    } + [
      .init(
        name: "attribute-length-beyond-message.pcap", defect: "an attribute claims a byte more than the message has",
        bytes: attributeClaiming(9), outcome: .decoded(sockets: 2, faults: [(.attributeLength, attributes + 8)])),
      .init(
        name: "attribute-length-maximum.pcap", defect: "an attribute claims 65,535 bytes",
        bytes: attributeClaiming(.max), outcome: .decoded(sockets: 2, faults: [(.attributeLength, attributes + 8)])),
      .init(
        name: "attribute-header-cut.pcap", defect: "2 bytes stand behind the last attribute",
        bytes: with(MessageBuilder.socket(cookie: 1).attribute(8, [3]).appending([8, 0]).padded),
        outcome: .decoded(sockets: 2, faults: [(.attributeLength, attributes + 8)])),
      .init(
        name: "nest-attribute-length-0.pcap", defect: "an attribute inside a nest claims 0 bytes",
        bytes: with(
          MessageBuilder.socket(cookie: 1).attribute(
            19, MessageBuilder.attribute(1, [0x74, 0]) + MessageBuilder.attribute(2, [1, 0, 0, 0], claimedLength: 0)
          ).padded),
        outcome: .decoded(sockets: 2, faults: [(.attributeLength, attributes + 4 + 8)])),
    ]

  private static let verdicts: [MalformedCapture] = [
    .init(
      name: "error-cut.pcap", defect: "an error message ends inside the header of its request",
      bytes: with(MessageBuilder(type: 2, payload: Int32(-2).memory + [1, 2, 3]).padded),
      outcome: .decoded(sockets: 1, faults: [(.structureLength, reply + 16)])),
    .init(
      name: "done-without-errno.pcap", defect: "the end of a dump has no errno, as old kernels send it",
      bytes: with(first.padded + MessageBuilder(type: 3, payload: []).padded), outcome: .decoded(sockets: 2)),
  ]
}
