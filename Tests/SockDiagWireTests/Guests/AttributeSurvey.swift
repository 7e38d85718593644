import SockDiagWire

/// The attributes of the replies in a capture. It reads the bytes itself, so that it does not depend on the decoders.
struct AttributeSurvey {
  /// The number of socket records.
  private(set) var records = 0
  /// The lengths that each attribute's payload had.
  private(set) var lengths: [UInt16: Set<Int>] = [:]

  private let bytes: [UInt8]
  private let isBigEndian: Bool

  /// - Parameters:
  ///   - bytes: A pcap file of one family.
  ///   - recordByteCount: The length of the record before its attributes.
  ///   - isBigEndian: The byte order of the machine that wrote the file.
  ///   - nest: Whether the attributes are in a nest, as those of TIPC are.
  init(_ bytes: [UInt8], recordByteCount: Int, isBigEndian: Bool, isNest: Bool) {
    self.bytes = bytes
    self.isBigEndian = isBigEndian
    // The header of the file; then packets with a header each, and a header of the link.
    var packet = 24
    while packet + 16 <= bytes.count {
      let end = packet + 16 + Int(u32(packet + 8))
      var message = packet + 32
      while message + 16 <= end {
        let length = Int(u32(message))
        if length < 16 { break }
        // SOCK_DIAG_BY_FAMILY without NLM_F_REQUEST.
        if u16(message + 4) == 20, u16(message + 6) & 1 == 0 {
          records += 1
          survey(message + 16 + recordByteCount..<message + length, isNest: isNest)
        }
        message += (length + 3) & ~3
      }
      packet = end
    }
  }

  private mutating func survey(_ range: Range<Int>, isNest: Bool) {
    var offset = range.lowerBound
    while offset + 4 <= range.upperBound {
      let (length, type) = (Int(u16(offset)), u16(offset + 2) & 0x3fff)
      if length < 4 { return }
      if isNest {
        survey(offset + 4..<offset + length, isNest: false)
      } else {
        lengths[type, default: []].insert(length - 4)
      }
      offset += (length + 3) & ~3
    }
  }

  private func u16(_ offset: Int) -> UInt16 {
    let pair = bytes[offset..<offset + 2]
    return (isBigEndian ? Array(pair) : pair.reversed()).reduce(0) { $0 << 8 | UInt16($1) }
  }

  private func u32(_ offset: Int) -> UInt32 {
    let word = bytes[offset..<offset + 4]
    return (isBigEndian ? Array(word) : word.reversed()).reduce(0) { $0 << 8 | UInt32($1) }
  }
}
