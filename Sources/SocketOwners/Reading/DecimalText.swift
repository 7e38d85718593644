/// Reads decimal numbers from bytes.
package enum DecimalText {
  /// The number in a range of the bytes; `nil` if there is anything but digits, or more than 32 bits.
  @inline(__always)
  package static func value(_ bytes: Span<UInt8>, _ range: Range<Int>) -> UInt32? {
    // Ten digits cannot overflow 64 bits.
    guard range.lowerBound >= 0, range.upperBound <= bytes.count, 1...10 ~= range.count else { return nil }
    var value: UInt64 = 0
    for index in range {
      let digit = bytes[index] &- 0x30
      guard digit < 10 else { return nil }
      value = value &* 10 &+ UInt64(digit)
    }
    return UInt32(exactly: value)
  }
}
