/// Numbers in a filter.
enum FilterNumber {
  /// Decimal or, behind `0x`, hexadecimal digits.
  static func integer(_ text: Substring) -> UInt64? {
    let isHexadecimal = text.hasPrefix("0x") || text.hasPrefix("0X")
    let digits = isHexadecimal ? text.dropFirst(2) : text
    // The standard library would accept a sign.
    guard let first = digits.utf8.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "-") else { return nil }
    return UInt64(digits, radix: isHexadecimal ? 16 : 10)
  }

  private static let countUnits: [(String, UInt64)] = [
    ("Ki", 1 << 10), ("Mi", 1 << 20), ("Gi", 1 << 30), ("Ti", 1 << 40), ("k", 1000), ("K", 1000),
    ("M", 1_000_000), ("G", 1_000_000_000), ("T", 1_000_000_000_000),
  ]

  private static let timeUnits: [(String, UInt64)] = [
    ("us", 1), ("µs", 1), ("μs", 1), ("ms", 1000), ("min", 60_000_000), ("h", 3_600_000_000), ("s", 1_000_000),
  ]

  /// A number with or without a unit, such as `10k` or `1.5Mi`.
  static func count(_ text: Substring) -> UInt64? { integer(text) ?? scaled(text, countUnits) }

  /// A time with its unit; 0 needs none.
  static func microseconds(_ text: Substring) -> UInt64? { text == "0" ? 0 : scaled(text, timeUnits) }

  /// Whether an invalid text is a number larger than 64 bits.
  static func isTooLarge(_ text: Substring, isTime: Bool) -> Bool {
    let suffix = (isTime ? timeUnits : countUnits).first { text.hasSuffix($0.0) }?.0 ?? ""
    let digits = text.dropLast(suffix.count)
    return !digits.isEmpty && digits.utf8.allSatisfy(\.isDigit)
  }

  /// A decimal fraction and a unit, if the product is a whole number of the smallest unit.
  private static func scaled(_ text: Substring, _ units: [(String, UInt64)]) -> UInt64? {
    guard let (suffix, scale) = units.first(where: { text.hasSuffix($0.0) }) else { return nil }
    let parts = text.dropLast(suffix.count).split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(\.isDigit) }),
      let whole = UInt64(parts[0])
    else { return nil }
    let (result, isTooLarge) = whole.multipliedReportingOverflow(by: scale)
    if isTooLarge { return nil }
    guard parts.count > 1 else { return result }
    let digits = parts[1].prefix(through: parts[1].lastIndex { $0 != "0" } ?? parts[1].startIndex)
    // Ten to the power of 19 is the largest that fits in 64 bits.
    guard digits.utf8.count <= 19, let numerator = UInt64(digits) else { return nil }
    let denominator = digits.utf8.reduce(UInt64(1)) { power, _ in power * 10 }
    let fraction = denominator.dividingFullWidth(numerator.multipliedFullWidth(by: scale))
    // Few decimal fractions of a binary unit are whole numbers of bytes, so the rest is dropped.
    guard fraction.remainder == 0 || suffix.hasSuffix("i") else { return nil }
    let (sum, isSumTooLarge) = result.addingReportingOverflow(fraction.quotient)
    return isSumTooLarge ? nil : sum
  }
}

extension UInt8 {
  /// Whether this is one of the ASCII digits.
  var isDigit: Bool { (0x30...0x39).contains(self) }
}
