/// Parses hexadecimal digits, eight at a time, without a branch or a table.
///
/// A table costs a load per digit, and a row has sixty digits; this takes about fifteen instructions for eight digits.
enum HexadecimalDigits {
  /// The two, four or eight digits that fill up a word if the row has fewer.
  static let zeros: UInt64 = 0x3030_3030_3030_3030

  /// The value of eight digits; the first is in the lowest byte.
  ///
  /// Only capital letters, as the kernel prints them.
  ///
  /// - Parameters:
  ///   - text: The eight characters.
  ///   - fault: Gets bits set if a character is not a digit. The value is meaningless then.
  @inline(__always)
  static func value(_ text: UInt64, fault: inout UInt64) -> UInt32 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    // A letter has bit 6: its low half counts from 1 for A.
    let digits = (text & (ones &* 0x0f)) &+ ((text &>> 6) & ones) &* 9
    // The digits written out again must equal the text, and be digits: otherwise G to O would count as 16 to 24. No
    // byte overflows, because this is the maximum for any input.
    let isLetter = ((digits &+ ones &* 6) &>> 4) & ones
    fault |= text ^ (digits &+ ones &* 0x30 &+ isLetter &* 7) | digits & (ones &* 0xf0)
    let bytes = (digits &<< 4 | digits &>> 8) & 0x00ff_00ff_00ff_00ff
    let halves = (bytes | bytes &>> 8) & 0x0000_ffff_0000_ffff
    return UInt32(truncatingIfNeeded: halves | halves &>> 16).byteSwapped
  }

  /// The value of one digit of either case, or `nil`.
  @inline(__always)
  static func value(_ character: UInt8) -> UInt8? {
    switch character {
    case 0x30...0x39: character &- 0x30
    case 0x41...0x46: character &- 0x37
    case 0x61...0x66: character &- 0x57
    default: nil
    }
  }
}

/// Reads of several characters as one word, the first in the lowest byte. Four or eight subscripts compile to one load;
/// they are internal to this module, where they are inlined.
extension Span<UInt8> {
  @inline(__always)
  func characters2(at offset: Int) -> UInt64 {
    UInt64(self[offset]) | UInt64(self[offset &+ 1]) &<< 8
  }

  @inline(__always)
  func characters4(at offset: Int) -> UInt64 {
    let low = UInt32(self[offset]) | UInt32(self[offset &+ 1]) &<< 8
    return UInt64(low | UInt32(self[offset &+ 2]) &<< 16 | UInt32(self[offset &+ 3]) &<< 24)
  }

  @inline(__always)
  func characters8(at offset: Int) -> UInt64 {
    characters4(at: offset) | characters4(at: offset &+ 4) &<< 32
  }

  /// Where the next newline stands, from an offset that is not negative; `nil` if there is none.
  @inline(__always)
  func newline(from start: Int) -> Int? {
    let ones: UInt64 = 0x0101_0101_0101_0101
    var offset = start
    while offset &+ 8 <= count {
      // One check for the word, after which its eight bytes are one load.
      let difference = extracting(offset..<offset &+ 8).characters8(at: 0) ^ (ones &* 0x0a)
      // The lowest zero byte is found exactly; a borrow can only mark bytes above it.
      let zeros = (difference &- ones) & ~difference & (ones &* 0x80)
      if zeros != 0 { return offset &+ zeros.trailingZeroBitCount / 8 }
      offset &+= 8
    }
    while offset < count {
      if self[offset] == 0x0a { return offset }
      offset &+= 1
    }
    return nil
  }
}
