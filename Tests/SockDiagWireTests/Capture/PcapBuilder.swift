import SockDiagWire

/// Builds a pcap file field by field, so that reader tests do not depend on the writer.
struct PcapBuilder {
  var magic: UInt32 = 0xa1b2_c3d4
  var version: UInt16 = 2
  var snapshotLength: UInt32 = 262_144
  var linkType: UInt32 = 253
  /// Whether the file headers have the other byte order. Messages are written as given.
  var isSwapped = false
  private var packets: [UInt8] = []

  private func number(_ value: some FixedWidthInteger) -> [UInt8] {
    isSwapped ? value.memory.reversed() : value.memory
  }

  var bytes: [UInt8] {
    [number(magic), number(version), number(UInt16(4)), number(UInt32(0)), number(UInt32(0))].flatMap { $0 }
      + number(snapshotLength) + number(linkType) + packets
  }

  init(magic: UInt32 = 0xa1b2_c3d4, linkType: UInt32 = 253, version: UInt16 = 2, isSwapped: Bool = false) {
    self.magic = magic
    self.linkType = linkType
    self.version = version
    self.isSwapped = isSwapped
  }

  /// Appends a packet of messages with a `LINKTYPE_NETLINK` header.
  func packet(
    _ messages: [UInt8], type: UInt16 = 6, family: UInt16 = 4, time: (UInt32, UInt32) = (1_700_000_000, 5),
    claimedLength: UInt32? = nil, originalLength: UInt32? = nil
  ) -> PcapBuilder {
    var copy = self
    let cooked: [UInt8] =
      type.bigEndian.memory + UInt16(824).bigEndian.memory + [UInt8](repeating: 0, count: 10) + family.bigEndian.memory
    let captured = claimedLength ?? UInt32(messages.count + 16)
    copy.packets += number(time.0) + number(time.1)
    copy.packets += number(captured) + number(originalLength ?? captured) + cooked + messages
    return copy
  }

  func packet(_ messages: MessageBuilder..., type: UInt16 = 6, family: UInt16 = 4) -> PcapBuilder {
    packet(messages.flatMap(\.padded), type: type, family: family)
  }

  func request(_ message: MessageBuilder) -> PcapBuilder { packet(message, type: 7) }

  /// Appends bytes that are not a packet.
  func appending(_ bytes: [UInt8]) -> PcapBuilder {
    var copy = self
    copy.packets += bytes
    return copy
  }
}

/// Decodes a whole capture.
func decodeAnyCapture(_ bytes: [UInt8]) throws(WireError) -> (sockets: [CapturedSocket], summary: CaptureSummary) {
  try CaptureDecoder.sockets(in: bytes.span)
}

/// Decodes the inet sockets of a capture.
func decodeCapture(_ bytes: [UInt8]) throws(WireError) -> (sockets: [InetSocket], summary: CaptureSummary) {
  let (sockets, summary) = try decodeAnyCapture(bytes)
  return (sockets.compactMap(\.inet), summary)
}

/// All packets of a capture, and its faults.
func readCapture(_ bytes: [UInt8]) throws(WireError) -> (packets: [CapturePacket], errors: [WireError]) {
  var reader = try CaptureReader(bytes.span)
  var packets: [CapturePacket] = []
  var errors: [WireError] = []
  while true {
    do throws(WireError) {
      guard let packet = try reader.next(in: bytes.span) else { return (packets, errors) }
      packets.append(packet)
    } catch {
      errors.append(error)
    }
  }
}
