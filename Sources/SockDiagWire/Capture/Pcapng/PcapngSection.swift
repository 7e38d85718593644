/// A section of a pcapng file: its byte order, and the interfaces described so far.
///
/// Reference: IETF draft-ietf-opsawg-pcapng, "Section Header Block".
struct PcapngSection: Hashable, Sendable {
  /// The byte order magic, the version and the length of the section.
  private static let byteCount = 16

  var words = PcapngWords(isSwapped: false)
  var interfaces: [PcapngInterface] = []

  /// Creates a section without interfaces.
  init() {}

  /// Reads the block that starts a section.
  ///
  /// - Throws: ``WireError`` if the block is cut or the version is unknown.
  init(_ block: PcapngBlock, in bytes: Span<UInt8>) throws(WireError) {
    guard block.body.count >= Self.byteCount else {
      guard block.isCut else {
        throw WireError(
          .structureLength, at: block.body.lowerBound,
          "a section header has \(block.body.count) bytes, expected at least \(Self.byteCount)")
      }
      throw WireError(.cutShort, at: bytes.count, "the file ends inside the header of a pcapng section")
    }
    words = PcapngWords(isSwapped: block.isSwapped)
    let major = words.number16(at: block.body.lowerBound &+ 4, in: bytes)
    guard major == 1 else {
      throw WireError(
        .unknownFormat, at: block.body.lowerBound &+ 4, "the file is pcapng of version \(major), expected 1")
    }
  }

  /// Where a packet lies, and its interface.
  struct Packet {
    var interface: PcapngInterface
    var timestamp: Duration?
    /// The data that the file has.
    var data: Range<Int>
    /// The number of bytes that the block claims.
    var capturedByteCount: Int
    /// The number of bytes of the packet before it was captured.
    var originalByteCount: Int
  }

  /// Reads a block that contains a packet; `nil` for any other block.
  ///
  /// - Throws: ``WireError`` if the packet cannot be read. The next block can.
  func packet(_ block: PcapngBlock, in bytes: Span<UInt8>) throws(WireError) -> Packet? {
    let start = block.body.lowerBound
    let header: Int
    switch block.type {
    case PcapngBlock.Kind.enhancedPacket, PcapngBlock.Kind.obsoletePacket: header = 20
    case PcapngBlock.Kind.simplePacket: header = 4
    default: return nil
    }
    guard block.body.count >= header else {
      throw WireError(
        .packetLength, at: start, "a packet's block has \(block.body.count) bytes, but its header has \(header)")
    }
    // The length that the padded block leaves for the data and its options.
    let room = (block.claimedByteCount &+ 3) & ~3 &- 12 &- header
    let data = start &+ header
    let captured: Int
    let packet: Packet
    if block.type == PcapngBlock.Kind.simplePacket {
      let interface = try interface(0, at: start)
      let original = Int(clamping: words.number32(at: start, in: bytes))
      captured = min(original, interface.snapshotLength ?? .max, room)
      packet = Packet(
        interface: interface, timestamp: nil, data: data..<data, capturedByteCount: captured,
        originalByteCount: original)
    } else {
      // The obsolete block has a short number and a counter of drops in its place.
      let number =
        block.type == PcapngBlock.Kind.enhancedPacket
        ? Int(clamping: words.number32(at: start, in: bytes)) : Int(words.number16(at: start, in: bytes))
      let interface = try interface(number, at: start)
      captured = Int(clamping: words.number32(at: start &+ 12, in: bytes))
      packet = Packet(
        interface: interface, timestamp: interface.timestamp(at: start &+ 4, in: bytes, words), data: data..<data,
        capturedByteCount: captured, originalByteCount: Int(clamping: words.number32(at: start &+ 16, in: bytes)))
    }
    guard captured <= room else {
      throw WireError(
        .packetLength, at: start &+ 12, "a packet claims \(captured) bytes, but its block has room for \(room)")
    }
    var located = packet
    located.data = data..<min(data &+ captured, block.body.upperBound)
    return located
  }

  private func interface(_ number: Int, at offset: Int) throws(WireError) -> PcapngInterface {
    guard number < interfaces.count else {
      throw WireError(
        .unknownInterface, at: offset,
        "a packet is of interface \(number), but the section describes only \(interfaces.count)")
    }
    return interfaces[number]
  }
}
