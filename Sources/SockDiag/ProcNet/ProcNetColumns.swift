/// Walks over the columns of a row, whatever their widths.
///
/// It is used for decimal columns, whose widths vary, and for rows with an unusual layout.
struct ProcNetColumns {
  /// The position in the line.
  private(set) var offset: Int

  init(at offset: Int) { self.offset = offset }

  /// The next run of non-blank characters; empty at the end of the line.
  @inline(__always)
  mutating func next(in line: Span<UInt8>) -> Range<Int> {
    while offset < line.count, isBlank(line[offset]) { offset &+= 1 }
    let start = offset
    while offset < line.count, !isBlank(line[offset]) { offset &+= 1 }
    return start..<offset
  }

  /// The number of the row and its colon.
  @inline(__always)
  mutating func slot(in line: Span<UInt8>) throws(ProcNetFault) {
    while offset < line.count, isBlank(line[offset]) { offset &+= 1 }
    let start = offset
    while offset < line.count, isDigit(line[offset]) { offset &+= 1 }
    guard offset > start, offset < line.count, line[offset] == Self.colon else {
      offset = start
      throw ProcNetFault(.slot, next(in: line))
    }
    offset &+= 1
  }

  /// A decimal number within limits. A minus sign is accepted, because old kernels print some unsigned columns with
  /// `%d`.
  ///
  /// - Parameter endsLine: Whether the number may be the last thing in the line.
  @inline(__always)
  mutating func decimal(
    _ column: ProcNetFault.Column, _ limits: ClosedRange<Int64> = .min ... .max, endsLine: Bool = true,
    in line: Span<UInt8>
  ) throws(ProcNetFault) -> Int64 {
    // Kept in a register until the end. Spaces have their own loop, because they are the usual case.
    var end = offset
    while end < line.count, line[end] == 0x20 { end &+= 1 }
    while end < line.count, isBlank(line[end]) { end &+= 1 }
    let start = end
    let isNegative = end < line.count && line[end] == 0x2d
    if isNegative { end &+= 1 }
    let digits = end
    var value: Int64 = 0
    while end < line.count, isDigit(line[end]) {
      value = value &* 10 &+ Int64(line[end] &- 0x30)
      end &+= 1
    }
    if isNegative { value = 0 &- value }
    // 18 digits cannot overflow.
    guard 1...18 ~= end &- digits, end == line.count ? endsLine : isBlank(line[end]), limits ~= value else {
      offset = start
      throw ProcNetFault(column, next(in: line))
    }
    offset = end
    return value
  }

  /// A hexadecimal number with this many digits.
  mutating func hexadecimal(
    _ column: ProcNetFault.Column, digits: ClosedRange<Int>, in line: Span<UInt8>
  ) throws(ProcNetFault) -> UInt64 {
    let range = next(in: line)
    guard let value = Self.value(range, digits, in: line) else { throw ProcNetFault(column, range) }
    return value
  }

  /// Two hexadecimal numbers with this many digits and a colon between them.
  mutating func hexadecimalPair(
    _ column: ProcNetFault.Column, _ first: ClosedRange<Int>, _ second: ClosedRange<Int>, in line: Span<UInt8>
  ) throws(ProcNetFault) -> (UInt64, UInt64) {
    let range = next(in: line)
    guard let colon = range.first(where: { line[$0] == Self.colon }),
      let left = Self.value(range.lowerBound..<colon, first, in: line),
      let right = Self.value(colon &+ 1..<range.upperBound, second, in: line)
    else { throw ProcNetFault(column, range) }
    return (left, right)
  }

  /// An address of this many 32-bit words, and a port.
  mutating func address(
    _ column: ProcNetFault.Column, words: Int, in line: Span<UInt8>
  ) throws(ProcNetFault) -> (UInt64, UInt64, UInt16) {
    let range = next(in: line)
    let colon = range.lowerBound &+ words &* 8
    var high: UInt64 = 0
    var low: UInt64 = 0
    guard colon < range.upperBound, line[colon] == Self.colon,
      let port = Self.value(colon &+ 1..<range.upperBound, 4...4, in: line)
    else { throw ProcNetFault(column, range) }
    for word in 0..<words {
      let start = range.lowerBound &+ word &* 8
      guard let value = Self.value(start..<start &+ 8, 8...8, in: line) else { throw ProcNetFault(column, range) }
      high = high &<< 32 | low &>> 32
      // The kernel prints each word of the address, which is in network order, as a number in host order.
      low = low &<< 32 | UInt64(UInt32(bigEndian: UInt32(truncatingIfNeeded: value)))
    }
    return (high, low, UInt16(truncatingIfNeeded: port))
  }

  private static let colon: UInt8 = 0x3a

  private static func value(_ range: Range<Int>, _ digits: ClosedRange<Int>, in line: Span<UInt8>) -> UInt64? {
    guard digits.contains(range.count) else { return nil }
    var value: UInt64 = 0
    for offset in range {
      guard let digit = HexadecimalDigits.value(line[offset]) else { return nil }
      value = value &<< 4 | UInt64(digit)
    }
    return value
  }

  // A carriage return counts as a blank, so that a copy of the file from Windows reads the same.
  @inline(__always)
  private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0d }

  @inline(__always)
  private func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
}
