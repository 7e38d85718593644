/// An interface that a section of a pcapng file describes. Its packets refer to it.
///
/// Reference: IETF draft-ietf-opsawg-pcapng, "Interface Description Block".
struct PcapngInterface: Hashable, Sendable {
  /// The fixed part of the block.
  private static let byteCount = 8

  /// The kind of the packets, as in a pcap file.
  var linkType: UInt16
  /// The number of bytes that were captured of each packet; `nil` for no limit.
  var snapshotLength: Int?
  /// The unit of the times.
  var resolution: PcapngResolution
  /// What is added to the times, in seconds.
  var secondsOffset: Int64

  /// Reads a description. Options that are cut or damaged are ignored.
  ///
  /// - Throws: ``WireError`` if the fixed part is cut.
  init(_ body: Range<Int>, in bytes: Span<UInt8>, _ words: PcapngWords) throws(WireError) {
    guard body.count >= Self.byteCount else {
      throw WireError(
        .structureLength, at: body.lowerBound,
        "the description of an interface has \(body.count) bytes, expected at least \(Self.byteCount)")
    }
    linkType = words.number16(at: body.lowerBound, in: bytes)
    let limit = Int(clamping: words.number32(at: body.lowerBound &+ 4, in: bytes))
    snapshotLength = limit == 0 ? nil : limit
    resolution = .microseconds
    secondsOffset = 0
    var offset = body.lowerBound &+ Self.byteCount
    while body.upperBound &- offset >= 4 {
      let code = words.number16(at: offset, in: bytes)
      let length = Int(words.number16(at: offset &+ 2, in: bytes))
      let value = offset &+ 4
      guard code != 0, length <= body.upperBound &- value else { return }
      switch (code, length) {
      // if_tsresol
      case (9, 1): resolution = PcapngResolution(rawValue: bytes[value])
      // if_tsoffset
      case (14, 8): secondsOffset = Int64(bitPattern: words.number64(at: value, in: bytes))
      default: break
      }
      offset = value &+ (length &+ 3) & ~3
    }
  }

  /// The time that a packet states as two halves of a number, high half first.
  func timestamp(at offset: Int, in bytes: Span<UInt8>, _ words: PcapngWords) -> Duration {
    let high = UInt64(words.number32(at: offset, in: bytes))
    let low = UInt64(words.number32(at: offset &+ 4, in: bytes))
    return .seconds(secondsOffset) + resolution.duration(high &<< 32 | low)
  }
}

/// The unit of times in a pcapng file: a power of ten, or with the high bit set a power of two.
///
/// Reference: IETF draft-ietf-opsawg-pcapng, option `if_tsresol`.
struct PcapngResolution: RawRepresentable, Hashable, Sendable {
  let rawValue: UInt8

  init(rawValue: UInt8) { self.rawValue = rawValue }

  static let microseconds = PcapngResolution(rawValue: 6)

  private static let attosecondsPerSecond: UInt64 = 1_000_000_000_000_000_000

  /// The length of a number of units, rounded down to attoseconds.
  func duration(_ units: UInt64) -> Duration {
    let exponent = Int(rawValue & 0x7f)
    let (seconds, attoseconds) = rawValue & 0x80 == 0 ? decimal(units, exponent) : binary(units, exponent)
    return .seconds(Int64(clamping: seconds))
      + Duration(secondsComponent: 0, attosecondsComponent: Int64(clamping: attoseconds))
  }

  private func decimal(_ units: UInt64, _ exponent: Int) -> (UInt64, UInt64) {
    guard exponent <= 18 else {
      // The unit is shorter than an attosecond, so 64 bits are less than 19 seconds.
      guard exponent - 18 <= 19 else { return (0, 0) }
      let attoseconds = units / Self.powerOfTen(exponent - 18)
      return (attoseconds / Self.attosecondsPerSecond, attoseconds % Self.attosecondsPerSecond)
    }
    let perSecond = Self.powerOfTen(exponent)
    return (units / perSecond, units % perSecond * Self.powerOfTen(18 - exponent))
  }

  private func binary(_ units: UInt64, _ exponent: Int) -> (UInt64, UInt64) {
    // A shift by more bits than there are gives 0.
    let seconds = units >> UInt64(exponent)
    let rest = exponent < 64 ? units & ((1 << UInt64(exponent)) - 1) : units
    let product = rest.multipliedFullWidth(by: Self.attosecondsPerSecond)
    let attoseconds =
      exponent < 64
      ? product.high << UInt64(64 - exponent) | product.low >> UInt64(exponent) : product.high >> UInt64(exponent - 64)
    return (seconds, attoseconds)
  }

  /// A power of ten up to 10¹⁹, which fits into 64 bits.
  private static func powerOfTen(_ exponent: Int) -> UInt64 { (0..<exponent).reduce(1) { power, _ in power * 10 } }
}
