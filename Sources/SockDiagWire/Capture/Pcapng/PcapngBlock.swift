/// A block of a pcapng file.
///
/// Reference: IETF draft-ietf-opsawg-pcapng, "General Block Structure".
struct PcapngBlock: Hashable, Sendable {
  /// The types of blocks that matter here. All others are skipped.
  enum Kind {
    /// Starts a section. It reads the same in both byte orders.
    static let section: UInt32 = 0x0a0d_0d0a
    static let interface: UInt32 = 1
    /// The predecessor of the enhanced packet, no longer written.
    static let obsoletePacket: UInt32 = 2
    static let simplePacket: UInt32 = 3
    static let enhancedPacket: UInt32 = 6
  }

  /// What states the byte order of a section.
  static let byteOrderMagic: UInt32 = 0x1a2b_3c4d
  /// The type, and the length at both ends.
  private static let frameByteCount = 12

  var type: UInt32
  /// The bytes between the two lengths, as far as the file has them.
  var body: Range<Int>
  /// The offset of the next block.
  var end: Int
  /// The length that the block claims.
  var claimedByteCount: Int
  /// Whether the file ends inside the block.
  var isCut: Bool
  /// Whether the block has the other byte order than this machine.
  var isSwapped: Bool

  /// Reads the frame of a block.
  ///
  /// - Parameters:
  ///   - start: The offset of the block.
  ///   - bytes: The file.
  ///   - isSwapped: The byte order of the section. A block that starts a section states its own.
  /// - Throws: ``WireError`` if the next block cannot be located.
  init(at start: Int, in bytes: Span<UInt8>, isSwapped: Bool) throws(WireError) {
    let available = bytes.count &- start
    guard available >= 8 else { throw Self.headerCut(at: start) }
    var isSwapped = isSwapped
    if bytes.host32(at: start) == Kind.section {
      guard available >= Self.frameByteCount else { throw Self.headerCut(at: start) }
      switch bytes.host32(at: start &+ 8) {
      case Self.byteOrderMagic: isSwapped = false
      case Self.byteOrderMagic.byteSwapped: isSwapped = true
      default:
        throw WireError(.unknownFormat, at: start &+ 8, "a section of the pcapng file does not state its byte order")
      }
    }
    self.isSwapped = isSwapped
    let words = PcapngWords(isSwapped: isSwapped)
    type = words.number32(at: start, in: bytes)
    claimedByteCount = Int(clamping: words.number32(at: start &+ 4, in: bytes))
    guard claimedByteCount >= Self.frameByteCount else {
      throw WireError(
        .blockLength, at: start &+ 4, "a block claims \(claimedByteCount) bytes, but its type and lengths have 12")
    }
    // Some programs do not count the padding.
    let padded = (claimedByteCount &+ 3) & ~3
    isCut = padded > available
    end = start &+ min(padded, available)
    body = start &+ 8..<max(start &+ 8, min(start &+ padded &- 4, end))
    guard !isCut else { return }
    let repeated = Int(clamping: words.number32(at: end &- 4, in: bytes))
    guard repeated == claimedByteCount else {
      throw WireError(
        .blockLength, at: end &- 4, "a block claims \(claimedByteCount) bytes at its start and \(repeated) at its end")
    }
  }

  private static func headerCut(at start: Int) -> WireError {
    WireError(.cutShort, at: start, "the file ends inside the header of a block")
  }
}

/// Reads numbers in the byte order of a section.
struct PcapngWords: Hashable, Sendable {
  var isSwapped: Bool

  @inline(__always)
  func number16(at offset: Int, in bytes: Span<UInt8>) -> UInt16 {
    isSwapped ? bytes.host16(at: offset).byteSwapped : bytes.host16(at: offset)
  }

  @inline(__always)
  func number32(at offset: Int, in bytes: Span<UInt8>) -> UInt32 {
    isSwapped ? bytes.host32(at: offset).byteSwapped : bytes.host32(at: offset)
  }

  @inline(__always)
  func number64(at offset: Int, in bytes: Span<UInt8>) -> UInt64 {
    isSwapped ? bytes.host64(at: offset).byteSwapped : bytes.host64(at: offset)
  }
}
