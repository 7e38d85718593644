import SockDiagWire

/// Builds a pcapng file block by block.
struct PcapngBuilder {
  /// Whether the blocks have the other byte order. Messages are written as given.
  var isSwapped = false
  private(set) var bytes: [UInt8] = []

  /// A file without any block.
  private init(isSwapped: Bool) { self.isSwapped = isSwapped }

  /// A file with one section and one netlink interface.
  init(isSwapped: Bool = false, resolution: UInt8? = nil) {
    self = Self.section(isSwapped: isSwapped).interface(resolution: resolution)
  }

  /// A file that has only the header of a section.
  static func section(isSwapped: Bool = false, version: UInt16 = 1) -> PcapngBuilder {
    PcapngBuilder(isSwapped: isSwapped).section(isSwapped: isSwapped, version: version)
  }

  func number(_ value: some FixedWidthInteger) -> [UInt8] { isSwapped ? value.memory.reversed() : value.memory }

  /// Appends a block of any type. The two lengths can be given separately.
  func block(_ type: UInt32, _ body: [UInt8], length: UInt32? = nil, lengthAtEnd: UInt32? = nil) -> PcapngBuilder {
    var copy = self
    let padded = body + [UInt8](repeating: 0, count: (4 - body.count % 4) % 4)
    let length = length ?? UInt32(padded.count + 12)
    copy.bytes += number(type) + number(length) + padded + number(lengthAtEnd ?? length)
    return copy
  }

  /// Appends the header of a section, from which on the byte order may be another one.
  func section(isSwapped: Bool = false, version: UInt16 = 1) -> PcapngBuilder {
    var copy = self
    copy.isSwapped = isSwapped
    return copy.block(
      0x0a0d_0d0a,
      copy.number(UInt32(0x1a2b_3c4d)) + copy.number(version) + copy.number(UInt16(0)) + copy.number(UInt64.max))
  }

  func option(_ code: UInt16, _ value: [UInt8]) -> [UInt8] {
    number(code) + number(UInt16(value.count)) + value + [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
  }

  func interface(
    linkType: UInt16 = 253, snapshotLength: UInt32 = 0, resolution: UInt8? = nil, secondsOffset: Int64? = nil
  ) -> PcapngBuilder {
    // A name that no reader needs stands before what it needs.
    var options = option(2, Array("nlmon0".utf8))
    if let resolution { options += option(9, [resolution]) }
    if let secondsOffset { options += option(14, number(secondsOffset)) }
    return block(1, number(linkType) + number(UInt16(0)) + number(snapshotLength) + options + option(0, []))
  }

  static func cooked(_ messages: [UInt8], type: UInt16 = 6, family: UInt16 = 4) -> [UInt8] {
    type.bigEndian.memory + UInt16(824).bigEndian.memory + [UInt8](repeating: 0, count: 10) + family.bigEndian.memory
      + messages
  }

  private static func padding(_ data: [UInt8]) -> [UInt8] { [UInt8](repeating: 0, count: (4 - data.count % 4) % 4) }

  /// Appends an enhanced packet with messages behind the netlink header.
  func packet(
    _ messages: [UInt8], type: UInt16 = 6, family: UInt16 = 4, interface: UInt32 = 0, time: UInt64 = 0,
    claimedLength: UInt32? = nil, originalLength: UInt32? = nil, options: [UInt8] = []
  ) -> PcapngBuilder {
    let data = Self.cooked(messages, type: type, family: family)
    let captured = claimedLength ?? UInt32(data.count)
    return block(
      6,
      number(interface) + number(UInt32(time >> 32)) + number(UInt32(truncatingIfNeeded: time)) + number(captured)
        + number(originalLength ?? captured) + data + Self.padding(data) + options)
  }

  func packet(_ messages: MessageBuilder..., type: UInt16 = 6, family: UInt16 = 4) -> PcapngBuilder {
    packet(messages.flatMap(\.padded), type: type, family: family)
  }

  func request(_ message: MessageBuilder) -> PcapngBuilder { packet(message, type: 7) }

  func simplePacket(_ messages: [UInt8], originalLength: UInt32? = nil) -> PcapngBuilder {
    let data = Self.cooked(messages)
    return block(3, number(originalLength ?? UInt32(data.count)) + data)
  }

  func obsoletePacket(_ messages: [UInt8], time: UInt64 = 0) -> PcapngBuilder {
    let data = Self.cooked(messages)
    return block(
      2,
      number(UInt16(0)) + number(UInt16(7)) + number(UInt32(time >> 32)) + number(UInt32(truncatingIfNeeded: time))
        + number(UInt32(data.count)) + number(UInt32(data.count)) + data)
  }
}
