/// A set of characters in a regular expression.
struct ScalarSet: Sendable {
  /// ASCII, a bit for each character.
  private var low: UInt64 = 0
  private var high: UInt64 = 0
  /// Other characters.
  private var ranges: [ClosedRange<UInt32>] = []
  private var isNegated = false

  init() {}

  init(_ scalar: Unicode.Scalar) { insert(scalar...scalar) }

  init(_ ranges: [ClosedRange<Unicode.Scalar>]) { for range in ranges { insert(range) } }

  mutating func insert(_ range: ClosedRange<Unicode.Scalar>) {
    let (first, last) = (range.lowerBound.value, range.upperBound.value)
    if first < 64 { low |= Self.bits(first...min(last, 63)) }
    if first < 128, last >= 64 { high |= Self.bits(max(first, 64) - 64...min(last, 127) - 64) }
    if last >= 128 { ranges.append(max(first, 128)...last) }
  }

  private static func bits(_ range: ClosedRange<UInt32>) -> UInt64 {
    (UInt64.max >> (63 - UInt64(range.upperBound))) & (UInt64.max << UInt64(range.lowerBound))
  }

  /// Adds the characters of another set.
  mutating func formUnion(_ other: ScalarSet) {
    if other.isNegated {
      // Only the sets of escapes are negated here, and those consist of ASCII.
      low |= ~other.low
      high |= ~other.high
      ranges.append(128...0x10ffff)
    } else {
      low |= other.low
      high |= other.high
      ranges += other.ranges
    }
  }

  /// The characters that are not in the set.
  var complement: ScalarSet {
    var set = self
    set.isNegated.toggle()
    return set
  }

  /// The set with both cases of its ASCII letters.
  var ignoringCase: ScalarSet {
    var set = self
    // A to Z are the bits 1 to 26, a to z the bits 33 to 58.
    let letters: UInt64 = 0x07ff_fffe
    set.high |= (high & letters) << 32 | (high >> 32) & letters
    return set
  }

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    let value = scalar.value
    let isMember =
      value < 64
      ? low >> UInt64(value) & 1 == 1
      : value < 128 ? high >> UInt64(value - 64) & 1 == 1 : ranges.contains { $0.contains(value) }
    return isMember != isNegated
  }
}

extension ScalarSet {
  static let any = ScalarSet().complement
  static let digit = ScalarSet(["0"..."9"])
  static let word = ScalarSet(["0"..."9", "A"..."Z", "a"..."z", "_"..."_"])
  static let space = ScalarSet(["\t"..."\r", " "..." "])

  /// The classes that are written as `[[:alpha:]]`.
  static let classes: [String: ScalarSet] = [
    "alpha": ScalarSet(["A"..."Z", "a"..."z"]), "digit": digit, "alnum": ScalarSet(["0"..."9", "A"..."Z", "a"..."z"]),
    "upper": ScalarSet(["A"..."Z"]), "lower": ScalarSet(["a"..."z"]), "space": space,
    "blank": ScalarSet([" "..." ", "\t"..."\t"]), "xdigit": ScalarSet(["0"..."9", "A"..."F", "a"..."f"]),
    "punct": ScalarSet(["!"..."/", ":"..."@", "["..."`", "{"..."~"]), "word": word,
  ]

  /// The sets that are written as `\d` and the like.
  static let escapes: [Unicode.Scalar: ScalarSet] = [
    "d": digit, "D": digit.complement, "w": word, "W": word.complement, "s": space, "S": space.complement,
  ]
}
