import SockDiagWire

/// The lengths of packets, messages and attributes in a valid capture, of either byte order.
struct LengthFields {
  /// A length in the file.
  struct Field {
    var range: Range<Int>
    /// Whether it has the other byte order.
    var isForeign = false

    /// The bytes of another length, as far as they fit.
    func bytes(of value: UInt32) -> ArraySlice<UInt8> {
      isForeign ? value.byteSwapped.memory.suffix(range.count) : value.memory.prefix(range.count)
    }
  }

  /// A message with its padding.
  struct Message {
    var range: Range<Int>
    var isRequest: Bool
  }

  private(set) var fields: [Field] = []
  /// Where the file may end without a defect.
  private(set) var borders: Set<Int> = []
  private(set) var messages: [Message] = []

  private let bytes: [UInt8]
  /// Whether the messages of the current packet have the other byte order.
  private var isForeign = false

  init(of bytes: [UInt8]) throws {
    self.bytes = bytes
    let format = try CaptureReader(bytes.span).format
    // The magic number of a pcap file.
    let isForeignFile = format == .pcap && number(0..<4) != 0xa1b2_c3d4
    if format == .pcapng { appendBlocks() }
    for packet in try readCapture(bytes).packets {
      if format != .pcapng { borders.insert(packet.range.upperBound) }
      // A simple packet of pcapng has another field there, which may be wrong as well.
      if format != .messages {
        let start = packet.range.lowerBound
        fields.append(Field(range: start - 24..<start - 20, isForeign: isForeignFile))
      }
      isForeign = packet.isForeign
      appendMessages(packet)
    }
  }

  /// The attributes follow this many bytes of a record, by its family. The record of TIPC consists of attributes, so it
  /// has no family.
  private static let recordByteCounts: [UInt8: Int] = [1: 16, 2: 72, 10: 72, 16: 28, 17: 16, 40: 32, 43: 64, 44: 16]

  private mutating func appendMessages(_ packet: CapturePacket) {
    var start = packet.range.lowerBound
    while start + 16 <= packet.range.upperBound {
      let length = number(start..<start + 4)
      let end = min(start + (length + 3) & ~3, packet.range.upperBound)
      append(start..<start + 4)
      messages.append(Message(range: start..<end, isRequest: number(start + 6..<start + 8) & 1 == 1))
      let payload = start + 16..<start + length
      let isSockDiag = [18, 20, 21].contains(number(start + 4..<start + 6))
      if isSockDiag, packet.direction != .toKernel, !payload.isEmpty {
        let isNest = payload.count >= 4 && number(payload.lowerBound..<payload.lowerBound + 2) == payload.count
        let fixed = isNest ? 0 : Self.recordByteCounts[bytes[payload.lowerBound]] ?? payload.count
        appendAttributes(payload.dropFirst(fixed), isNest: isNest)
      }
      start = end
    }
  }

  private mutating func appendAttributes(_ range: Range<Int>, isNest: Bool = false) {
    var offset = range.lowerBound
    while offset + 4 <= range.upperBound {
      let length = number(offset..<offset + 2)
      guard length >= 4, offset + length <= range.upperBound else { return }
      append(offset..<offset + 2)
      if isNest || number(offset + 2..<offset + 4) & 0x8000 != 0 { appendAttributes(offset + 4..<offset + length) }
      offset += (length + 3) & ~3
    }
  }

  private mutating func appendBlocks() {
    var offset = 0
    while offset < bytes.count {
      let field = offset + 4..<offset + 8
      isForeign = false
      // All lengths here are below 65,536, so one of the two orders is beyond the file.
      isForeign = number(field) > bytes.count - offset
      let end = offset + number(field)
      append(field)
      append(end - 4..<end)
      borders.insert(end)
      offset = end
    }
  }

  private mutating func append(_ range: Range<Int>) { fields.append(Field(range: range, isForeign: isForeign)) }

  private func number(_ range: Range<Int>) -> Int {
    (isForeign ? Array(bytes[range]) : bytes[range].reversed()).reduce(0) { $0 << 8 | Int($1) }
  }
}
